import {
  type Attributes,
  type Context as TraceContext,
  context as contexts,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Context, Next } from "hono";
import { VERSION } from "../../src/core/version.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { RecordedSpan, RequestTrace } from "../http/request_trace.ts";
import { knownMethod, routePattern } from "./route_pattern.ts";

/** Reads the header fields that continue the trace of the client, such as `traceparent`. */
const HEADERS = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

/**
 * Traces a request with OpenTelemetry. The attributes follow the semantic conventions for HTTP
 * servers; attributes of this project begin with `retinanet.`.
 *
 * If the program traces its HTTP server already, the span of this function is a child of that span.
 * Otherwise the span continues the trace of the client (W3C Trace Context), or begins a new trace.
 *
 * @param next Runs the handlers of the request.
 */
export async function traceRequest(context: Context<AppEnv>, next: Next): Promise<void> {
  const unixTime = unixClock();
  const active = contexts.active();
  const isInner = trace.getSpan(active) !== undefined;
  const parent = isInner ? active : propagation.extract(active, context.req.raw.headers, HEADERS);
  const span = trace.getTracer("retinanet-edge", VERSION).startSpan(
    knownMethod(context) ?? "HTTP",
    {
      kind: isInner ? SpanKind.INTERNAL : SpanKind.SERVER,
      startTime: unixTime(performance.now()),
      attributes: requestAttributes(context),
    },
    parent,
  );
  const inside = trace.setSpan(parent, span);
  const opened = new OpenTrace(span, inside, unixTime);
  if (span.isRecording()) context.set("trace", opened);
  const close = opened.keepOpen();
  try {
    await contexts.with(inside, next);
  } finally {
    describeResponse(span, context);
    close();
  }
}

/** Asks the registered SDK to send its spans. An SDK that cannot be asked sends them by itself. */
export async function flush(): Promise<void> {
  const proxy = trace.getTracerProvider() as { readonly getDelegate?: () => object };
  const provider: { readonly forceFlush?: () => Promise<void> } = proxy.getDelegate?.() ?? proxy;
  await provider.forceFlush?.();
}

/** Open span of a request, and the spans below it. */
class OpenTrace implements RequestTrace {
  readonly #span: Span;
  readonly #inside: TraceContext;
  readonly #unixTime: (time: number) => number;
  /** Number of calls of `keepOpen()` that have not ended. */
  #holds = 0;

  /**
   * @param inside Context whose span is `span`.
   * @param unixTime Converts a value of `performance.now()` to Unix time.
   */
  constructor(span: Span, inside: TraceContext, unixTime: (time: number) => number) {
    this.#span = span;
    this.#inside = inside;
    this.#unixTime = unixTime;
  }

  record(span: RecordedSpan): void {
    this.#record(span, this.#inside);
  }

  keepOpen(): () => void {
    this.#holds++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (--this.#holds === 0) this.#span.end(this.#unixTime(performance.now()));
    };
  }

  #record(recorded: RecordedSpan, parent: TraceContext): void {
    const { name, start, end, attributes = {}, error, children = [] } = recorded;
    const span = trace.getTracer("retinanet-edge", VERSION)
      .startSpan(name, { startTime: this.#unixTime(start), attributes }, parent);
    for (const child of children) this.#record(child, trace.setSpan(parent, span));
    if (error !== undefined) {
      span.setAttribute("error.type", errorType(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
    }
    span.end(this.#unixTime(end));
  }
}

/**
 * Returns a function that converts values of `performance.now()` to Unix time in milliseconds.
 *
 * The spans of one request share this function. Thus the durations and the order of the spans are
 * exact, even if the clock of the machine is set meanwhile.
 */
function unixClock(): (time: number) => number {
  const now = performance.now();
  const coarse = Date.now();
  // `timeOrigin` adds fractions of a millisecond. The sum is wrong if the clock has been set since
  // the start of the program, and Cloudflare Workers have no origin.
  const fine = performance.timeOrigin + now;
  const origin = (fine >= coarse && fine < coarse + 1 ? fine : coarse) - now;
  return (time) => origin + time;
}

/** Returns the attributes that are known before the handlers run. */
function requestAttributes(context: Context<AppEnv>): Attributes {
  const { protocol, hostname, port, pathname } = new URL(context.req.url);
  return {
    "http.request.method": knownMethod(context) ?? "_OTHER",
    "url.scheme": protocol.slice(0, -1),
    "url.path": pathname.slice(0, 200),
    "server.address": hostname,
    ...(port !== "" && { "server.port": Number(port) }),
    ...withValue("user_agent.original", context.req.header("user-agent")?.slice(0, 200)),
    "retinanet.request_id": context.get("requestId"),
  };
}

/** Adds the route and the response to the span of a request. */
function describeResponse(span: Span, context: Context<AppEnv>): void {
  const route = routePattern(context);
  const { status } = context.res;
  const code = context.get("problemCode");
  if (route !== undefined) span.updateName(`${knownMethod(context) ?? "HTTP"} ${route}`);
  span.setAttributes({
    ...withValue("http.route", route),
    ...withValue("http.request.body.size", context.get("bytesIn")),
    "http.response.status_code": status,
    ...withValue("retinanet.problem", code),
  });
  // A server span has the status ERROR only for a fault of the server.
  if (status < 500) return;
  span.setAttribute("error.type", code ?? String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function withValue(name: string, value: string | number | undefined): Attributes {
  return value === undefined ? {} : { [name]: value };
}

/** Returns the code of an error, such as "not-an-image", or the name of its class. */
function errorType(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === "string" ? code : String(name);
}
