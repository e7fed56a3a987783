import {
  type Attributes,
  type Context as TraceContext,
  context as contexts,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Context, Next } from "hono";
import { VERSION } from "../../src/core/version.ts";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import type { RecordedSpan, RequestTrace } from "../http/request_trace.ts";
import { withoutToken } from "./request_log.ts";
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
 * The span of the request is the span of the HTTP server, if the server has passed one to the app.
 * Otherwise this function starts a span. If another span is active, for example that of a program
 * that has mounted this app, the new span is a child of it. If none is active, the new span
 * continues the trace of the client (W3C Trace Context), or begins a trace.
 *
 * @param next Runs the handlers of the request.
 */
export async function traceRequest(context: Context<AppEnv>, next: Next): Promise<void> {
  const unixTime = unixClock();
  const served = requestFacts(context).span as Span | undefined;
  const span = served ?? startSpan(context, unixTime(performance.now()));
  const inside = trace.setSpan(contexts.active(), span);
  const end = served ? () => {} : () => span.end(unixTime(performance.now()));
  const opened = new OpenTrace(inside, unixTime, end);
  if (span.isRecording()) context.set("trace", opened);
  const close = opened.keepOpen();
  try {
    await contexts.with(inside, next);
  } finally {
    describeRequest(span, context);
    if (!served) span.setAttributes(serverAttributes(context));
    close();
  }
}

function startSpan(context: Context<AppEnv>, startTime: number): Span {
  const active = contexts.active();
  const isInner = trace.getSpan(active) !== undefined;
  const parent = isInner ? active : propagation.extract(active, context.req.raw.headers, HEADERS);
  const kind = isInner ? SpanKind.INTERNAL : SpanKind.SERVER;
  return tracer().startSpan(knownMethod(context) ?? "HTTP", { kind, startTime }, parent);
}

function tracer(): Tracer {
  return trace.getTracer("retinanet-edge", VERSION);
}

/** Asks the registered SDK to send its spans. An SDK that cannot be asked sends them by itself. */
export async function flush(): Promise<void> {
  const proxy = trace.getTracerProvider() as { readonly getDelegate?: () => object };
  const provider: { readonly forceFlush?: () => Promise<void> } = proxy.getDelegate?.() ?? proxy;
  await provider.forceFlush?.();
}

/** Open span of a request, and the spans below it. */
class OpenTrace implements RequestTrace {
  readonly #inside: TraceContext;
  readonly #unixTime: (time: number) => number;
  readonly #end: () => void;
  /** Number of calls of `keepOpen()` that have not ended. */
  #holds = 0;

  /**
   * @param inside Context whose span is that of the request.
   * @param unixTime Converts a value of `performance.now()` to Unix time.
   * @param end Ends the span of the request.
   */
  constructor(inside: TraceContext, unixTime: (time: number) => number, end: () => void) {
    this.#inside = inside;
    this.#unixTime = unixTime;
    this.#end = end;
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
      if (--this.#holds === 0) this.#end();
    };
  }

  #record(recorded: RecordedSpan, parent: TraceContext): void {
    const { name, start, end, attributes = {}, error, children = [] } = recorded;
    const startTime = this.#unixTime(start);
    const span = tracer().startSpan(name, { startTime, attributes }, parent);
    for (const child of children) this.#record(child, trace.setSpan(parent, span));
    if (error !== undefined) {
      span.setAttribute("error.type", errorType(error));
      const message = error instanceof Error ? error.message : errorType(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
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

/** Returns the attributes that an HTTP server with its own spans has already set. */
function serverAttributes(context: Context<AppEnv>): Attributes {
  const { protocol, pathname } = new URL(context.req.url);
  return {
    "http.request.method": knownMethod(context) ?? "_OTHER",
    "http.response.status_code": context.res.status,
    "url.scheme": protocol.slice(0, -1),
    "url.path": withoutToken(pathname).slice(0, 200),
  };
}

function requestAttributes(context: Context<AppEnv>): Attributes {
  const { hostname, port } = new URL(context.req.url);
  return {
    ...withValue("http.route", routePattern(context)),
    ...withValue("http.request.body.size", context.get("bytesIn")),
    "server.address": hostname,
    ...(port !== "" && { "server.port": Number(port) }),
    ...withValue("user_agent.original", context.req.header("user-agent")?.slice(0, 200)),
    "retinanet.request_id": context.get("requestId"),
    ...withValue("retinanet.problem", context.get("problemCode")),
  };
}

/** Names the span of a request by the pattern of its route, and marks a fault of the server. */
function describeRequest(span: Span, context: Context<AppEnv>): void {
  const route = routePattern(context);
  if (route !== undefined) span.updateName(`${knownMethod(context) ?? "HTTP"} ${route}`);
  span.setAttributes(requestAttributes(context));
  const { status } = context.res;
  if (status < 500) return;
  span.setAttribute("error.type", context.get("problemCode") ?? String(status));
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
