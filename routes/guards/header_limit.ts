import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/** Refuses requests with too many header fields; how many bytes they may have is the server's. */
export function headerLimit(most: number): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const count = [...context.req.raw.headers.keys()].length;
    if (count <= most) return await next();
    return problem(
      context,
      "too-many-headers",
      `Cannot answer as there may be at most ${most} header fields: the request has ${count}`,
    );
  };
}
