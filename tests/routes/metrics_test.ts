import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import type { CountedResponse } from "../../routes/http/metrics.ts";
import { HostMetrics } from "../../src/platforms/host/host_metrics.ts";
import { newApiKey, post, problemOf, quickApp } from "./quick_app.ts";

/** Metrics that keep each counted response, and show the bytes of bodies. */
function recorder() {
  const counted: Omit<CountedResponse, "ms">[] = [];
  return {
    counted,
    count: ({ ms: _, ...response }: CountedResponse) => void counted.push(response),
    read: (bytes: number) => Promise.resolve({ contentType: "text/plain", text: String(bytes) }),
  };
}

for (
  const [method, path, route, status, code] of [
    ["GET", "/models", "/models", 200, ""],
    ["GET", "/models/everyday8", "/models/:id", 200, ""],
    ["GET", "/models/none", "/models/:id", 404, "unknown-model"],
    ["HEAD", "/healthz", "/healthz", 200, ""],
    ["POST", "/detect", "/detect", 400, "no-image"],
    ["POST", "/detect/batch", "/detect/batch", 400, "no-image"],
    ["POST", "/models", "/models", 405, "method-not-allowed"],
    ["GET", "/nowhere/12345", "other", 404, "not-found"],
    ["GET", "/v2/nowhere", "other", 404, "not-found"],
    ["GET", "/v2/models/none/ready", "/v2/models/:name/ready", 404, "unknown-model"],
    ["GET", "/docs", "/docs", 200, ""],
    ["OPTIONS", "/models", "/models", 405, "method-not-allowed"],
    ["DELETE", "/models", "/models", 405, "method-not-allowed"],
    ["BREW", "/models", "/models", 405, "method-not-allowed"],
  ] as const
) {
  Deno.test(`requestMetrics() counts ${method} ${path} by pattern, status and code`, async () => {
    const metrics = recorder();
    const app = await quickApp({ metrics });
    await (await app.request(path, { method })).body?.cancel();
    const name = ["DELETE", "BREW"].includes(method) ? "OTHER" : method;
    assertEquals(metrics.counted, [{ method: name, route, status, code }]);
  });
}

Deno.test("requestMetrics() counts refusals of the middleware, too", async () => {
  const metrics = recorder();
  const app = await quickApp({ metrics, keys: [], maxHeaders: 1 });
  await app.request("/models");
  await app.request("/models", { headers: { a: "1", b: "2" } });
  await app.request("/detect/batch", { method: "POST" });
  assertEquals(metrics.counted.map(({ route, status, code }) => [route, status, code]), [
    ["/models", 401, "unauthorized"],
    ["/models", 431, "too-many-headers"],
    ["/detect/batch", 401, "unauthorized"],
  ]);
});

Deno.test("requestMetrics() counts patterns of an app that is mounted below a path", async () => {
  const metrics = recorder();
  const outer = new Hono().route("/vision", await quickApp({ metrics }));
  await outer.request("/vision/models/everyday8");
  await outer.request("/vision/nowhere");
  assertEquals(metrics.counted.map(({ route }) => route), ["/vision/models/:id", "other"]);
});

Deno.test("GET /metrics does not exist without metrics", async () => {
  assertEquals(await problemOf((await quickApp()).request("/metrics")), [404, "not-found"]);
});

Deno.test("GET /metrics needs a key where the server does, unless it is open", async () => {
  const { key, accepted } = await newApiKey("prometheus");
  const deps = { metrics: recorder(), keys: [accepted] };
  const authorization = { headers: { authorization: `Bearer ${key}` } };
  const app = await quickApp(deps);
  assertEquals(await problemOf(app.request("/metrics")), [401, "unauthorized"]);
  assertEquals((await app.request("/metrics", authorization)).status, 200);
  const open = await quickApp({ ...deps, hasOpenMetrics: true });
  assertEquals((await open.request("/metrics")).status, 200);
  assertEquals((await open.request("/models")).status, 401);
});

Deno.test("GET /metrics shows the bytes of bodies in memory, and takes GET and HEAD", async () => {
  const app = await quickApp({ metrics: recorder(), maxBytes: 100_000 });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const pending = app.request("/detect", post(readable));
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(50_000));
  await writer.write(new Uint8Array(1));
  const held = Number(await (await app.request("/metrics")).text());
  assertEquals(held >= 50_000 && held < 200_000, true, `${held} bytes`);
  await writer.close();
  await (await pending).body?.cancel();
  assertEquals(await (await app.request("/metrics")).text(), "0");
  const response = await app.request("/metrics", { method: "POST" });
  assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("HostMetrics has no more time series after thousands of different requests", async () => {
  const metrics = new HostMetrics();
  const app = await quickApp({ metrics });
  const ask = async (i: number) => {
    await app.request(`/nowhere/${i}`);
    await app.request(`/models/none${i}`, { method: `VERB${i}` });
    await app.request(`/v2/models/none${i}?x=${i}`);
  };
  const lines = async () => (await metrics.read(0)).text.split("\n").length;
  await ask(0);
  await ask(1); // `/nowhere/1` is also a path of Roboflow's, `/{model}/{version}`
  const before = await lines();
  for (let i = 2; i <= 1001; i++) await ask(i);
  assertEquals(await lines(), before);
  assertStringIncludes((await metrics.read(0)).text, 'route="other",status="404"');
});
