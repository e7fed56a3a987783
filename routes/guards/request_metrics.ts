import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../http/app_env.ts";
import type { AppMetrics } from "../http/metrics.ts";

/** Methods that metrics tell apart. A client can invent others, so they count together. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "OPTIONS"];

/**
 * Creates a middleware that counts each response when it is ready.
 *
 * Counts by the pattern of the route and not by the path, so that clients cannot add time series.
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
