import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";

/** What is written down of a request: none of its bytes, no key, no value of the query. */
export interface RequestLine {
  /** When it came, ISO 8601. */
  readonly time: string;
  /** Its id, which the answer has, too. */
  readonly requestId: string;
  /** HTTP method. */
  readonly method: string;
  /** Path as it came, percent-encoded and cut to 200 characters, without the query. */
  readonly path: string;
  /** Status of the answer. */
  readonly status: number;
  /** Milliseconds until the answer began. */
  readonly ms: number;
  /** Bytes of the body that were read. */
  readonly bytesIn: number;
  /** Name of the API key. */
  readonly key?: string;
  /** Address of the client. */
  readonly address?: string;
}

/** Tells of each request once it is answered. */
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
