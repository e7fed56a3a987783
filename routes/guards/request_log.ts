import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";

/** Log line of one request, without body, API key and query. */
export interface RequestLine {
  /** Time of arrival, ISO 8601. */
  readonly time: string;
  /** Id of the request, which the response repeats. */
  readonly requestId: string;
  /** HTTP method. */
  readonly method: string;
  /** Path as received, percent-encoded, without the query, cut to 200 characters. */
  readonly path: string;
  /** Status of the response. */
  readonly status: number;
  /** Milliseconds until the response started. */
  readonly ms: number;
  /** Number of body bytes that were read. */
  readonly bytesIn: number;
  /** Name of the API key. Unset: the request had none. */
  readonly key?: string | undefined;
  /** IP address of the client. Unset: unknown. */
  readonly address?: string | undefined;
}

/** Creates a middleware that writes one line per request, after its response. */
export function requestLog(
  write: (line: RequestLine) => void,
  clientAddress: (context: Context) => string | undefined,
): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const time = new Date();
    const start = performance.now();
    await next();
    write({
      time: time.toISOString(),
      requestId: context.get("requestId"),
      method: context.req.method,
      path: new URL(context.req.url).pathname.slice(0, 200),
      status: context.res.status,
      ms: Number((performance.now() - start).toFixed(1)),
      bytesIn: context.get("bytesIn") ?? 0,
      key: context.get("keyName"),
      address: clientAddress(context),
    });
  };
}
