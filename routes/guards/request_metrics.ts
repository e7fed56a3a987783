import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import type { AppMetrics } from "../http/metrics.ts";
import { knownMethod, routePattern } from "./route_pattern.ts";

/**
 * Creates a middleware that counts each response when it is ready.
 *
 * Counts responses by route pattern, for example `/models/:id`. Paths without a route are counted
 * together, and so are unknown methods.
 */
export function requestMetrics(metrics: AppMetrics): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const start = performance.now();
    await next();
    metrics.count({
      method: knownMethod(context) ?? "OTHER",
      route: routePattern(context) ?? "other",
      status: context.res.status,
      code: context.get("problemCode") ?? "",
      ms: performance.now() - start,
    });
  };
}
