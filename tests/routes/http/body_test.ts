import { assert, assertEquals } from "@std/assert";
import type { Context } from "hono";
import { assertCpuTime, assertEnds, assertProblem } from "../../testing.ts";
import { post, problemOf, quickApp } from "../quick_app.ts";

/** Creates a body that sends a byte every `everyMs` milliseconds. */
function slowBody(everyMs: number, onCancel: () => void = () => {}): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start: (controller) => {
      timer = setInterval(() => controller.enqueue(new Uint8Array(1)), everyMs);
    },
    cancel() {
      clearInterval(timer);
      onCancel();
    },
  });
}

for (const type of ["image/png", "multipart/form-data; boundary=b", "application/json"]) {
  Deno.test(`POST /detect times out a slow body of type ${type}`, async () => {
    const app = await quickApp({ bodyTimeoutMs: 100 });
    let cancelled = false;
    const body = slowBody(10, () => cancelled = true);
    const sent = Promise.resolve(app.request("/detect", post(body, { "content-type": type })));
    const response = await assertEnds(2000, sent);
    assertEquals(response.headers.get("connection"), "close");
    await assertProblem(response, 408, "body-timeout", "within 100 ms");
    assert(cancelled, "the body must be cancelled");
  });
}

Deno.test("POST /detect answers 503 at once when all bodies together exceed the budget", async () => {
  const app = await quickApp({ maxBytes: 1000, bodyMemory: 1500 });
  const [taken, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const chunks = [new Uint8Array(1000)];
  const body = new ReadableStream({
    async pull(controller) {
      const chunk = chunks.pop();
      if (chunk !== undefined) return controller.enqueue(chunk);
      taken.resolve(); // the app has taken the first chunk and reads on
      await held.promise;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const first = app.request("/detect", post(body));
  await taken.promise;
  const refused = await app.request("/detect", post(new Uint8Array(600)));
  assertEquals(refused.headers.get("retry-after"), "1");
  assertEquals(await problemOf(refused), [503, "busy"]);
  held.resolve();
  assertEquals((await first).status, 200);
  for (let i = 0; i < 5; i++) {
    assertEquals((await app.request("/detect", post(new Uint8Array(1000)))).status, 200);
  }
});

Deno.test("POST /detect returns the bytes of refused requests to the budget", async () => {
  const app = await quickApp({ maxBytes: 1000, bodyMemory: 2000 });
  for (let i = 0; i < 20; i++) {
    const form = post(new Uint8Array(900), { "content-type": "multipart/form-data; boundary=b" });
    assertEquals((await app.request("/detect", form)).status, 400);
  }
  assertEquals((await app.request("/detect", post(new Uint8Array(1000)))).status, 200);
});

function formOf(parts: number, boundary = "xyz"): string {
  const text = Array.from(
    { length: parts },
    (_, i) => `--${boundary}\r\ncontent-disposition: form-data; name="f${i}"\r\n\r\nx\r\n`,
  );
  return `${text.join("")}--${boundary}--\r\n`;
}

Deno.test("POST /detect refuses a form of 100,000 parts before it is parsed", async () => {
  const app = await quickApp({ maxBytes: 20_000_000 });
  for (
    const type of [
      "multipart/form-data; boundary=xyz",
      'multipart/form-data; boundary="xyz"',
      "multipart/form-data; boundary=xyz; boundary=other",
      "multipart/form-data; charset=utf-8; BOUNDARY=xyz",
    ]
  ) {
    const form = post(formOf(100_000), { "content-type": type });
    const response = await assertCpuTime(1000, () => app.request("/detect", form));
    await assertProblem(response, 400, "malformed-request", "at most 132 parts");
  }
});

for (
  const [boundary, fill] of [
    ["x", "-"],
    [`${"-".repeat(190)}x`, "-"],
    ["x", "\r\n--"],
  ] as const
) {
  Deno.test(`POST /detect reads a form full of near misses of its boundary in time: ${boundary.length} ${JSON.stringify(fill)}`, async () => {
    const app = await quickApp({ maxBytes: 20_000_000 });
    const head = 'content-disposition: form-data; name="image"; filename="a"';
    const file = fill.repeat(19_000_000 / fill.length);
    const body = `--${boundary}\r\n${head}\r\n\r\n${file}\r\n--${boundary}--\r\n`;
    const form = post(body, { "content-type": `multipart/form-data; boundary=${boundary}` });
    const response = await assertCpuTime(3000, () => app.request("/detect", form));
    assertEquals(response.status, 200);
  });
}

Deno.test("POST /detect refuses a field longer than any option", async () => {
  const app = await quickApp({ maxBytes: 100_000 });
  const body = new FormData();
  body.set("image", new File([new Uint8Array(9)], "a.png"));
  body.set("classes", "a".repeat(20_000));
  assertEquals(await problemOf(app.request("/detect", { method: "POST", body })), [
    400,
    "invalid-option",
  ]);
});

/** Body that brings `bytes` bytes and then nothing; `close` ends it. */
function stalledBody(bytes: number) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own;
      own.enqueue(new Uint8Array(bytes));
    },
  });
  return { body, close: () => controller?.close() };
}

Deno.test("POST /detect takes a small image while one client has stalled 20 large ones", async () => {
  const clientAddress = (context: Context) => context.req.header("x-test-client");
  const app = await quickApp({ maxBytes: 1_000_000, bodyMemory: 20_000_000, clientAddress });
  const stalled = Array.from({ length: 20 }, () => stalledBody(990_000));
  const held = stalled.map(({ body }) =>
    Promise.resolve(app.request("/detect", post(body, { "x-test-client": "192.0.2.1" })))
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const address of ["192.0.2.2", "192.0.2.1"]) {
    const small = post(new Uint8Array(8000), { "x-test-client": address });
    const { status } = await app.request("/detect", small);
    assertEquals([address, status], [address, 200]);
  }
  const large = post(new Uint8Array(1_000_000), { "x-test-client": "192.0.2.2" });
  assertEquals((await app.request("/detect", large)).status, 200);
  for (const { close } of stalled) {
    try {
      close();
    } catch { /* cancelled by the app: it was over the share of its client */ }
  }
  const statuses = (await Promise.all(held)).map(({ status }) => status);
  // 15 · 990,000 bytes are within three quarters of 20,000,000; the next one is not.
  assertEquals(statuses.toSorted(), [...Array(15).fill(200), ...Array(5).fill(503)]);
});

for (
  const [what, path, body, headers] of [
    ["JSON", "/detect", `{"image":"${"A".repeat(40_000)}"}`, {
      "content-type": "application/json",
    }],
    [
      "a tensor in JSON",
      "/v2/models/everyday8/infer",
      `{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["${
        "A".repeat(40_000)
      }"]}]}`,
      {},
    ],
    [
      "a URL-encoded form",
      "/detect",
      `image=${"A".repeat(40_000)}`,
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    [
      "a multipart form",
      "/detect",
      `--X\r\nContent-Disposition: form-data; name="image"\r\n\r\n${"A".repeat(40_000)}\r\n--X--`,
      { "content-type": "multipart/form-data; boundary=X" },
    ],
  ] as const
) {
  Deno.test(`the budget counts an image in base64 once, in ${what}`, async () => {
    // One client gets three quarters of a budget. An image takes 30,000 bytes, or 40,000 as text.
    const roomy = await quickApp({ maxBytes: 40_000, bodyMemory: 54_000 });
    assertEquals((await roomy.request(path, post(body, headers))).status, 200);
    assertEquals((await roomy.request(path, post(body, headers))).status, 200); // was returned
    const tight = await quickApp({ maxBytes: 40_000, bodyMemory: 39_000 });
    await assertProblem(tight.request(path, post(body, headers)), 413, "too-many-bytes", "29250");
  });
}
