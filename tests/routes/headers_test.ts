import { assert, assertEquals, assertMatch } from "@std/assert";
import { post, problemOf, quickApp } from "./quick_app.ts";

const PAGE = "https://page.example";
const PREFLIGHT = {
  method: "OPTIONS",
  headers: { origin: PAGE, "access-control-request-method": "POST" },
};

Deno.test("every answer has a new request id, and a problem repeats it", async () => {
  const app = await quickApp();
  const [first, second] = [await app.request("/healthz"), await app.request("/nowhere")];
  const id = second.headers.get("x-request-id")!;
  assertMatch(id, /^[0-9a-f-]{36}$/);
  assert(id !== first.headers.get("x-request-id"));
  assertEquals((await second.json()).requestId, id);
});

for (
  const [what, id, kept] of [
    ["is a word", "order-4711_a=", true],
    ["has a space", "a b", false],
    ["could break a log line", 'a"},{', false],
    ["has 65 characters", "a".repeat(65), false],
  ] as const
) {
  Deno.test(`a request id of the client that ${what} is ${kept ? "kept" : "replaced"}`, async () => {
    const app = await quickApp();
    const response = await app.request("/healthz", { headers: { "x-request-id": id } });
    assertEquals(response.headers.get("x-request-id") === id, kept);
  });
}

Deno.test("every answer, problems too, has the headers that keep browsers from guessing", async () => {
  const app = await quickApp();
  for (const path of ["/healthz", "/nowhere"]) {
    const { headers } = await app.request(path);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(
      headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'",
    );
    assertEquals(headers.get("referrer-policy"), "no-referrer");
    assertEquals(headers.get("x-frame-options"), "DENY");
    assertEquals(headers.get("strict-transport-security"), null);
  }
});

Deno.test("pages of other origins read nothing if no origin is listed", async () => {
  const app = await quickApp();
  const response = await app.request("/models", { headers: { origin: PAGE } });
  assertEquals(response.headers.get("access-control-allow-origin"), null);
  assertEquals((await app.request("/detect", PREFLIGHT)).status, 405);
});

Deno.test("a listed origin may send requests and read the rate limit, another may not", async () => {
  const app = await quickApp({ origins: [PAGE], addressRate: { limit: 0, windowMs: 1000 } });
  const preflight = await app.request("/detect", PREFLIGHT);
  assertEquals(preflight.status, 204);
  assertEquals(preflight.headers.get("access-control-allow-origin"), PAGE);
  assertEquals(
    preflight.headers.get("access-control-allow-headers"),
    "Authorization,Content-Encoding,Content-Type,Inference-Header-Content-Length,X-API-Key," +
      "X-Goog-Api-Key,X-Request-Id,traceparent,tracestate",
  );
  assertEquals(preflight.headers.get("access-control-allow-credentials"), null);
  const refused = await app.request("/models", { headers: { origin: PAGE } });
  assertEquals(refused.status, 429);
  assertEquals(refused.headers.get("access-control-allow-origin"), PAGE);
  assertEquals(
    refused.headers.get("access-control-expose-headers"),
    "Inference-Header-Content-Length,RateLimit,RateLimit-Policy,Retry-After,Server-Timing,X-Request-Id",
  );
  for (const origin of ["https://evil.example", "https://page.example.evil", "null"]) {
    const other = await app.request("/models", { headers: { origin } });
    assertEquals(other.headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("origin * accepts pages of every origin", async () => {
  const app = await quickApp({ origins: ["*"] });
  const response = await app.request("/models", { headers: { origin: PAGE } });
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
});

Deno.test("a request with too many header fields is refused", async () => {
  const app = await quickApp({ maxHeaders: 10 });
  const headers = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`x-${i}`, "y"]));
  assertEquals(await problemOf(app.request("/healthz", { headers })), [431, "too-many-headers"]);
  assertEquals(await problemOf(app.request("/detect", post("x", headers))), [
    431,
    "too-many-headers",
  ]);
});
