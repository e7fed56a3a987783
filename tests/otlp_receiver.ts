import { assert, assertEquals } from "@std/assert";

/** Span as OTLP sends it in JSON. */
export interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** 1: internal, 2: server. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: Readonly<Record<string, string | number>>;
  }[];
  /** Code 2: error. */
  readonly status?: { readonly code?: number };
}

/** Collector that keeps the spans of all traces. */
export interface OtlpReceiver extends AsyncDisposable {
  /** URL for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  /** Waits until the trace of a request is complete, and returns its spans. */
  trace(traceId: string): Promise<OtlpSpan[]>;
  /** Waits for a log line of a trace. */
  logLine(traceId: string): Promise<string>;
}

/** Names of the spans below `detect`, in order. */
const PARTS = ["queue", "decode", "preprocess", "inference", "postprocess"];

/** Starts a collector for OTLP over HTTP, in JSON. */
export function startOtlpReceiver(): OtlpReceiver {
  const spans: OtlpSpan[] = [];
  const lines = new Map<string, string>();
  let arrival = Promise.withResolvers<void>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { resourceSpans = [], resourceLogs = [] } = await request.json();
      for (const { scopeSpans } of resourceSpans) {
        for (const { spans: sent } of scopeSpans) spans.push(...sent);
      }
      for (const { scopeLogs } of resourceLogs) {
        for (const { logRecords } of scopeLogs) {
          for (const { traceId, body } of logRecords) lines.set(traceId, body.stringValue);
        }
      }
      arrival.resolve();
      arrival = Promise.withResolvers();
      return Response.json({});
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async trace(traceId) {
      for (;;) {
        const own = spans.filter((span) => span.traceId === traceId);
        // The span of the request ends last, so the others have arrived, too.
        if (own.some(({ name }) => name.startsWith("POST "))) return own;
        await arrival.promise;
      }
    },
    async logLine(traceId) {
      while (!lines.has(traceId)) await arrival.promise;
      return lines.get(traceId)!;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/**
 * Asserts that spans are the trace of a `POST /detect` with one object: names, parents, order, times
 * and attributes.
 *
 * @param parentId Span of the client.
 */
export function assertDetectTrace(spans: readonly OtlpSpan[], parentId: string): void {
  const childrenOf = (id: string) =>
    spans.filter(({ parentSpanId }) => parentSpanId === id)
      .sort((a, b) => Number(startOf(a) - startOf(b)) || Number(endOf(a) - endOf(b)));
  const [request] = childrenOf(parentId) as [OtlpSpan];
  const [detect] = childrenOf(request.spanId) as [OtlpSpan];
  const parts = childrenOf(detect.spanId);
  assertEquals([request.name, request.kind], ["POST /detect", 2]);
  assertEquals([detect.name, detect.kind], ["detect", 1]);
  assertEquals(parts.map(({ name }) => name), PARTS);
  assertEquals(spans.length, 2 + PARTS.length);

  for (const span of [detect, ...parts]) assertWithin(span, span === detect ? request : detect);
  for (const [i, part] of parts.slice(1).entries()) {
    assert(startOf(part) >= endOf(parts[i]!), `${part.name} overlaps ${parts[i]!.name}`);
  }
  // Each stage takes time. The wait in the queue of an idle server may take none.
  for (const stage of parts.slice(1)) assert(endOf(stage) > startOf(stage), stage.name);

  const about = attributesOf(request);
  assertEquals(about["http.request.method"], "POST");
  assertEquals(about["http.route"], "/detect");
  // Deno writes numbers as texts.
  assertEquals(Number(about["http.response.status_code"]), 200);
  assertEquals(request.attributes.length, Object.keys(about).length, "no attribute comes twice");
  assertEquals(about["url.path"], "/detect");
  const found = attributesOf(detect);
  assertEquals(found["retinanet.model.id"], "everyday8");
  assertEquals(found["retinanet.engine"], "wasm");
  assertEquals([found["retinanet.image.width"], found["retinanet.image.height"]], [640, 480]);
  assertEquals(found["retinanet.detections"], 1);
}

/** Attributes of a span by name. OTLP sends whole numbers as texts. */
export function attributesOf({ attributes }: OtlpSpan): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => {
    const { intValue, doubleValue, stringValue } = value;
    const number = intValue ?? doubleValue;
    return [key, number === undefined ? stringValue! : Number(number)];
  }));
}

function assertWithin(child: OtlpSpan, parent: OtlpSpan): void {
  assert(startOf(child) >= startOf(parent), `${child.name} starts before ${parent.name}`);
  assert(endOf(child) <= endOf(parent), `${child.name} ends after ${parent.name}`);
  assert(endOf(child) >= startOf(child), `${child.name} ends before it starts`);
}

function startOf({ startTimeUnixNano }: OtlpSpan): bigint {
  return BigInt(startTimeUnixNano);
}

function endOf({ endTimeUnixNano }: OtlpSpan): bigint {
  return BigInt(endTimeUnixNano);
}
