import type { MiddlewareHandler } from "hono";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/**
 * Creates a middleware that refuses requests with more than `maxHeaders` header fields.
 *
 * Counts header lines if the HTTP server passes their number to the app. If not, counts field
 * names: several lines with the same name then count once. The length of the headers is not checked
 * here, because the HTTP server of the runtime limits the length.
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
