import type { MiddlewareHandler } from "hono";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/**
 * Creates a middleware that refuses requests with more than `maxHeaders` header fields.
 *
 * If the server does not pass the number of header lines, several lines of one name count once.
 * The HTTP server of the runtime already limits the bytes of all header fields.
 */
export function headerLimit(maxHeaders: number): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const count = requestFacts(context).headerLines ?? [...context.req.raw.headers.keys()].length;
    if (count <= maxHeaders) return await next();
    return problem(
      context,
      "too-many-headers",
      `Cannot answer as there may be at most ${maxHeaders} header fields: the request has ${count}`,
    );
  };
}
