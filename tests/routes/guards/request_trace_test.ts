// deno-lint-ignore-file no-import-prefix -- the SDK is a package of this test alone
import { assert, assertEquals, assertMatch } from "@std/assert";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "npm:@opentelemetry/context-async-hooks@2.12.1";
import { W3CTraceContextPropagator } from "npm:@opentelemetry/core@2.12.1";
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "npm:@opentelemetry/sdk-trace-base@2.12.1";
import { Hono } from "hono";
import manifest from "../../../models/everyday8.json" with { type: "json" };
import { flushTraces } from "../../../routes/guards/request_trace.ts";
import { modelInfo } from "../../../src/detect/model_info.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import type { Detector } from "../../../src/ports/detector.ts";
import { appOf, post, quickApp } from "../quick_app.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const TRACEPARENT = { traceparent: `00-${TRACE}-${PARENT}-01` };
const IMAGE = new Uint8Array([1]);

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

/** Registers an SDK, and returns the spans that `work` finishes. */
async function spansOf(work: () => unknown, tracerProvider = provider) {
  exporter.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracerProvider);
  try {
    await work();
    return exporter.getFinishedSpans();
  } finally {
    for (const api of [trace, propagation, context]) api.disable();
  }
}

Deno.test("requestTrace() continues the trace of the client", async () => {
  const app = await quickApp();
  const spans = await spansOf(() => app.request("/detect", post(IMAGE, TRACEPARENT)));
  assertEquals(spans.map(({ name }) => name).toSorted(), [
    ...["POST /detect", "decode", "detect", "inference", "postprocess", "preprocess", "queue"],
  ]);
  const request = spans.at(-1)!;
  const parents = Object.fromEntries(spans.map(({ name, parentSpanContext }) => {
    const parent = spans.find((each) => each.spanContext().spanId === parentSpanContext?.spanId);
    return [name, parent?.name];
  }));
  const stages = ["queue", "decode", "preprocess", "inference", "postprocess"];
  assertEquals(parents, {
    "POST /detect": undefined,
    "detect": "POST /detect",
    ...Object.fromEntries(stages.map((name) => [name, "detect"])),
  });
  assertEquals(request.parentSpanContext?.spanId, PARENT);
  assertEquals(request.kind, SpanKind.SERVER);
  assertEquals(new Set(spans.map((span) => span.spanContext().traceId)), new Set([TRACE]));
  const { attributes } = request;
  assertMatch(String(attributes["retinanet.request_id"]), /^[\da-f-]{36}$/);
  assertEquals({ ...attributes, "retinanet.request_id": "" }, {
    "http.request.method": "POST",
    "http.request.body.size": 1,
    "http.response.status_code": 200,
    "http.route": "/detect",
    "retinanet.request_id": "",
    "server.address": "localhost",
    "url.path": "/detect",
    "url.scheme": "http",
  });
});

Deno.test("requestTrace() begins a trace without traceparent, or with a wrong one", async () => {
  const app = await quickApp();
  for (const traceparent of ["", "00-0-0-0", `00-${"0".repeat(32)}-${PARENT}-01`]) {
    const headers = { traceparent, "user-agent": "a phone" };
    const [span] = await spansOf(() => app.request("http://a.test:81/models", { headers }));
    assertEquals(span!.parentSpanContext, undefined);
    const { attributes } = span!;
    assertEquals(attributes["user_agent.original"], "a phone");
    assertEquals([attributes["server.address"], attributes["server.port"]], ["a.test", 81]);
  }
});

Deno.test("requestTrace() is a child of the span of the program's HTTP server", async () => {
  const app = new Hono();
  app.use(async (_, next) => {
    await trace.getTracer("outer").startActiveSpan("outer", async (span) => {
      await next();
      span.end();
    });
  });
  app.route("/vision", await quickApp());
  const [inner, outer] = await spansOf(() =>
    app.request("/vision/models", { headers: TRACEPARENT })
  );
  assertEquals(inner!.parentSpanContext?.spanId, outer!.spanContext().spanId);
  assertEquals([inner!.name, inner!.kind], ["GET /vision/models", SpanKind.INTERNAL]);
});

for (
  const [method, path, name, status, code, isFault] of [
    ["GET", "/models/none", "GET /models/:id", 404, "unknown-model", false],
    ["GET", "/nowhere/1/2", "GET", 404, "not-found", false],
    ["BREW", "/models", "HTTP /models", 405, "method-not-allowed", false],
    ["GET", "/v2/models/none", "GET /v2/models/:name", 404, "unknown-model", false],
    ["POST", "/detect", "POST /detect", 500, "internal", true],
  ] as const
) {
  Deno.test(`requestTrace() names ${method} ${path} by its pattern, and its problem`, async () => {
    const app = isFault ? await appOf(FAULTY) : await quickApp();
    const body = isFault ? IMAGE : null;
    const spans = await spansOf(() => app.request(path, { method, body }));
    const span = spans.at(-1)!;
    const { attributes } = span;
    assertEquals(span.name, name);
    assertEquals(attributes["http.response.status_code"], status);
    assertEquals(attributes["retinanet.problem"], code);
    assertEquals(attributes["http.request.method"], method === "BREW" ? "_OTHER" : method);
    assertEquals(attributes["error.type"], isFault ? code : undefined);
    assertEquals(span.status.code, isFault ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
  });
}

const FAULTY: Detector = {
  model: modelInfo(parseManifest(manifest)),
  engine: { provider: "wasm", threads: 1, reason: "it is a test" },
  detect: () => Promise.reject(new TypeError("a bug")),
  close: () => Promise.resolve(),
};

Deno.test("requestTrace() leaves out health checks and metrics", async () => {
  const app = await quickApp();
  for (const path of ["/healthz", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready"]) {
    assertEquals(await spansOf(() => app.request(path)), [], path);
  }
  const info = await spansOf(() => app.request("/info")); // needs no key, but is no health check
  assertEquals(info.map(({ name }) => name), ["GET /info"]);
});

Deno.test("requestTrace() records no secret: no key, token, query or address", async () => {
  const app = await quickApp({ clientAddress: () => "192.0.2.7" });
  const headers = { authorization: "Bearer secret-1", "x-api-key": "secret-2" };
  const spans = await spansOf(async () => {
    await app.request("/models?api_key=secret-3", { headers });
    await app.request(`/detect/${"secret-4".repeat(4)}`, { method: "POST" });
  });
  assertEquals(spans.map(({ name }) => name), ["GET /models", "POST /detect/:token"]);
  const text = JSON.stringify(spans.map(({ name, attributes }) => [name, attributes]));
  assert(!/secret|192\.0\.2\.7/.test(text), text);
});

Deno.test("requestTrace() keeps the span open until the last line of a batch", async () => {
  const app = await quickApp();
  const form = new FormData();
  for (const name of ["a", "b"]) form.append("image", new File([IMAGE], name));
  const spans = await spansOf(async () => {
    const response = await app.request("/detect/batch", { method: "POST", body: form });
    assertEquals(exporter.getFinishedSpans().filter(isRequest), []);
    await response.text();
  });
  assertEquals(spans.filter(({ name }) => name === "detect").length, 2);
  const [request] = spans.filter(isRequest);
  assertEquals([request, request!.name], [spans.at(-1), "POST /detect/batch"]);

  const cancelled = await spansOf(async () => {
    const response = await app.request("/detect/batch", { method: "POST", body: form });
    await response.body?.cancel();
  });
  assertEquals(cancelled.map(({ name }) => name), ["POST /detect/batch"]);
});

function isRequest({ name }: { readonly name: string }): boolean {
  return name.startsWith("POST ");
}

Deno.test("requestTrace() records nothing for a request that the sampler drops", async () => {
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const dropping = new BasicTracerProvider({ sampler: new AlwaysOffSampler(), spanProcessors });
  const app = await quickApp();
  const work = async () => assertEquals((await app.request("/detect", post(IMAGE))).status, 200);
  assertEquals(await spansOf(work, dropping), []);
});

Deno.test("flushTraces() sends the spans that the SDK has collected", async () => {
  let flushes = 0;
  const counting = Object.assign(
    new BasicTracerProvider(),
    { forceFlush: () => Promise.resolve(void flushes++) },
  );
  await spansOf(flushTraces, counting);
  assertEquals(flushes, 1);
  await flushTraces();
  assertEquals(flushes, 1);
});

Deno.test("@opentelemetry/api is imported only for a request that is traced", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../../routes/app.ts", import.meta.url).pathname],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: Dependency[] }[];
  };
  const importers = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.filter(({ specifier: name }) => /open_telemetry|@opentelemetry/.test(name))
      .map(({ specifier: name, isDynamic }) => [specifier.split("/").at(-1), name, isDynamic])
  );
  assertEquals(importers, [
    ["open_telemetry.ts", "@opentelemetry/api", undefined],
    ["request_trace.ts", "./open_telemetry.ts", true],
  ]);
});

interface Dependency {
  readonly specifier: string;
  readonly isDynamic?: boolean;
}
