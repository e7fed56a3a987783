import { assert, assertEquals } from "@std/assert";
import type { RequestLine } from "../../../routes/guards/request_log.ts";
import { createLogger } from "../../../src/server/logger.ts";
import { seededRandom, wholeBetween } from "../../random.ts";
import { newApiKey, post, postJson, quickApp } from "../quick_app.ts";

Deno.test("requestLog() writes a line of these fields per request", async () => {
  const lines: RequestLine[] = [];
  const { key, accepted } = await newApiKey("alice");
  const app = await quickApp({
    keys: [accepted],
    logRequest: (line) => lines.push(line),
    clientAddress: () => "192.0.2.1",
  });
  const response = await app.request(
    "/detect?score=0.7",
    post(new Uint8Array(123), { "x-api-key": key, "x-request-id": "order-1" }),
  );
  assertEquals(response.status, 200);
  const { time, ms, ...line } = lines[0]!;
  assertEquals(line, {
    requestId: "order-1",
    method: "POST",
    path: "/detect",
    status: 200,
    bytesIn: 123,
    key: "alice",
    address: "192.0.2.1",
  });
  assert(ms >= 0 && new Date(time).toISOString() === time);
});

Deno.test("requestLog() writes a line for a request that is refused unread", async () => {
  const lines: RequestLine[] = [];
  const app = await quickApp({ keys: [], logRequest: (line) => lines.push(line) });
  await app.request("/detect", post("hello"));
  assertEquals([lines[0]!.status, lines[0]!.bytesIn, lines[0]!.key], [401, 0, undefined]);
});

// Keys, queries, images and headers of clients must not appear in the log.
for (const format of ["json", "text"] as const) {
  Deno.test(`createLogger() writes no secret as ${format}, and one line for each request`, async () => {
    const random = seededRandom(7);
    const written: string[] = [];
    const logger = createLogger(format, (line) => written.push(line));
    const { key, accepted } = await newApiKey("alice");
    const app = await quickApp({ ...logger, keys: [accepted], maxBytes: 100 });
    for (let i = 0; i < 300; i++) {
      const secret = `s3cret${wholeBetween(random, 1e9, 1e10)}`;
      const image = new TextEncoder().encode(secret);
      const requests: [path: string, init: RequestInit][] = [
        [`/detect?classes=${secret}`, post(image, { "x-api-key": key })],
        [`/detect?${secret}=1`, post(image, { authorization: `Bearer ${key}` })],
        ["/detect", post(image, { authorization: `Bearer ${secret}` })],
        ["/detect", post(image, { "x-api-key": secret, cookie: secret, "user-agent": secret })],
        ["/detect", { ...postJson({ image: image.toBase64(), model: secret }) }],
        [
          "/detect",
          post(`{"image": "${secret}`, {
            "x-api-key": key,
            "content-type": "application/json",
          }),
        ],
        [`/detect#${secret}`, post(secret.repeat(20_000), { "x-api-key": key })],
        [
          "/detect",
          post(secret, {
            "x-api-key": key,
            "content-type": `multipart/form-data; boundary=${secret}`,
          }),
        ],
        ["/detect", post(image, { "x-api-key": key, "x-request-id": `${secret} {}\n`.trim() })],
      ];
      const [path, init] = requests[i % requests.length]!;
      written.length = 0;
      await (await app.request(path, init)).text();
      assertEquals(written.length, 1);
      for (const hidden of [secret, key, accepted.sha256, image.toBase64()]) {
        assert(!written[0]!.includes(hidden), written[0]!);
      }
      assert(!/[\n\r]/.test(written[0]!), written[0]!);
      if (format === "json") assertEquals(JSON.parse(written[0]!).level, "info");
    }
  });
}

Deno.test("createLogger() escapes a path that could forge a line", async () => {
  const written: string[] = [];
  const app = await quickApp(createLogger("text", (line) => written.push(line)));
  await app.request("/a%0Ab%22%20200%20POST\u2028");
  assertEquals(written.length, 1);
  assert(/ 404 GET \/a%0Ab%22%20200%20POST%E2%80%A8 /.test(written[0]!), written[0]!);
  await app.request(`/${"a".repeat(5000)}`);
  assert(written[1]!.length < 400);
});

Deno.test("createLogger() writes errors with stack, cause and request id, whatever the format", () => {
  for (const format of ["json", "text", "none"] as const) {
    const written: string[] = [];
    const { log, logRequest } = createLogger(format, (line) => written.push(line));
    log(new Error("outer", { cause: new TypeError("inner") }), "id-1");
    assertEquals(written.length, 1);
    for (const part of ["outer", "TypeError: inner", "id-1", "request_log_test.ts"]) {
      assert(written[0]!.includes(part), written[0]!);
    }
    if (format === "json") assertEquals(JSON.parse(written[0]!).level, "error");
    assertEquals(logRequest === undefined, format === "none");
  }
});
