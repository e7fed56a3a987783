import type { Context } from "hono";
import { matchedRoutes, routePath } from "hono/route";

/** HTTP methods that clients of this app use. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "OPTIONS"];

/**
 * Returns the pattern of the route of a request, for example `/models/:id`. Returns undefined if the
 * path has no route. The result is known only after the handlers have run.
 *
 * Metrics and traces name requests by pattern and not by path. A client could create any number of
 * names with invented paths.
 */
export function routePattern(context: Context): string | undefined {
  const ran = routePath(context);
  if (!ran.endsWith("*")) return ran;
  // The last function that ran is a middleware, which refused the request or found no handler.
  const patterns = matchedRoutes(context).map(({ path }) => path)
    .filter((path) => !path.endsWith("*"));
  // A path may match two patterns, such as `/detect/batch` and `/detect/:token`.
  const parameters = (pattern: string) => pattern.split(":").length;
  return patterns.toSorted((a, b) => parameters(a) - parameters(b))[0];
}

/**
 * Returns the HTTP method of a request. Returns undefined for a method that no route accepts,
 * because a client can invent names of methods.
 */
export function knownMethod({ req: { method } }: Context): string | undefined {
  return METHODS.includes(method) ? method : undefined;
}
