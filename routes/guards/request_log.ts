import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";

/**
 * Log line of one request. For privacy, the line does not contain the body, the API key or the
 * query string.
 */
export interface RequestLine {
  /** Time when the request arrived, ISO 8601. */
  readonly time: string;
  /** Id of the request. The header `X-Request-Id` of the response has the same id. */
  readonly requestId: string;
  /** HTTP method. */
  readonly method: string;
  /**
   * Path of the URL, percent-encoded, at most 200 characters. A token of kept candidates is replaced
   * by `{token}`.
   */
  readonly path: string;
  /** HTTP status of the response. */
  readonly status: number;
  /** Error code, for example "no-image". Unset: the response is no error. */
  readonly code?: string | undefined;
  /** Milliseconds between the arrival of the request and the start of the response. */
  readonly ms: number;
  /** Number of bytes of the request body that the server read. */
  readonly bytesIn: number;
  /** Name of the API key. Unset: the request had no valid key. */
  readonly key?: string | undefined;
  /** IP address of the client. Unset: the address is unknown. */
  readonly address?: string | undefined;
}

/**
 * Creates a middleware that logs each request when its response is ready.
 *
 * @param write Writes one log line.
 * @param clientAddress Returns the IP address of the client.
 */
export function requestLog(
  write: (line: RequestLine) => void,
  clientAddress: (context: Context) => string | undefined,
): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const time = new Date();
    const start = performance.now();
    await next();
    const code = context.get("problemCode");
    write({
      time: time.toISOString(),
      requestId: context.get("requestId"),
      method: context.req.method,
      path: withoutToken(new URL(context.req.url).pathname).slice(0, 200),
      status: context.res.status,
      ...(code !== undefined && { code }),
      ms: Number((performance.now() - start).toFixed(1)),
      bytesIn: context.get("bytesIn") ?? 0,
      key: context.get("keyName"),
      address: clientAddress(context),
    });
  };
}

/** Replaces the token in a path, because a token gives access to a result. */
export function withoutToken(path: string): string {
  return path.replace(/(\/detect\/)[\w-]{32}$/, "$1{token}");
}
