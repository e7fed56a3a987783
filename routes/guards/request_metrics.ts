import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../http/app_env.ts";
import type { AppMetrics } from "../http/metrics.ts";

/**
 * HTTP methods that are counted separately. All other methods are counted together, because a
 * client can invent names of methods.
 */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "OPTIONS"];

/**
 * Creates a middleware that counts each response when it is ready.
 *
 * Counts responses by route pattern, for example `/models/:id`, and not by path. If paths were
 * counted, clients could create any number of counters with invented paths.
 */
export function requestMetrics(metrics: AppMetrics): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const start = performance.now();
    await next();
    const { method } = context.req;
    const pattern = matchedRoutes(context).at(-1)?.path ?? "*";
    metrics.count({
      method: METHODS.includes(method) ? method : "OTHER",
      route: pattern.endsWith("*") ? "other" : pattern,
      status: context.res.status,
      code: context.get("problemCode") ?? "",
      ms: performance.now() - start,
    });
  };
}
