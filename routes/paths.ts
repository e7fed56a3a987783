import type { Context, Hono } from "hono";
import { below, DIALECTS } from "./dialects.ts";
import type { AppEnv } from "./http/app_env.ts";
import { problem } from "./http/problem.ts";
import { REFERENCE_PATHS } from "./reference/app.ts";

/**
 * HTTP methods that each path allows. The error response to any other method lists the allowed
 * methods in its header `Allow`. A path may be in the list more than once.
 */
const METHODS: readonly (readonly [path: string, allow: string])[] = [
  ["/detect", "POST"],
  ["/detect/batch", "POST"],
  ["/detect/:token", "POST"],
  ["/models", "GET, HEAD"],
  ["/models/:id", "GET, HEAD"],
  ["/healthz", "GET, HEAD"],
  ["/readyz", "GET, HEAD"],
  ["/problems/:code", "GET, HEAD"],
  ...REFERENCE_PATHS.map((path) => [path, "GET, HEAD"] as const),
  ...DIALECTS.flatMap(([mount, { methods }]) =>
    Object.entries(methods).map(([path, allow]) => [below(mount, path), allow] as const)
  ),
];

/** Paths of health checks. Orchestrators poll them without an API key. */
export const HEALTH_PATHS: readonly string[] = [
  "/healthz",
  "/readyz",
  ...DIALECTS.flatMap(([mount, { healthPaths = [] }]) =>
    healthPaths.map((path) => below(mount, path))
  ),
];

/** Paths that need no API key and have no rate limit. */
export const OPEN_PATHS: readonly string[] = [
  ...HEALTH_PATHS,
  ...DIALECTS.flatMap(([mount, { openPaths }]) => openPaths.map((path) => below(mount, path))),
];

/** Responds to the methods that a path does not allow, and lists those that it allows. */
export function refuseOtherMethods(app: Hono<AppEnv>, hasPage: boolean): void {
  for (const [path, allow] of allowedMethods(hasPage)) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
}

/**
 * Returns each path with the methods that it allows, as one text. Leaves out `/` if there is no web
 * page. Also leaves out paths that begin with a parameter, because such a pattern matches any path.
 */
function allowedMethods(hasPage: boolean): [path: string, allow: string][] {
  const all = hasPage ? [["/", "GET, HEAD"] as const, ...METHODS] : METHODS;
  const named = all.filter(([path]) => (hasPage || path !== "/") && !path.startsWith("/:"));
  return [...Map.groupBy(named, ([path]) => path)].map(([path, entries]) => [
    path,
    entries.map(([, allow]) => allow).join(", "),
  ]);
}

/** Responds to a method that a path does not allow. */
export function wrongMethod(
  context: Context<AppEnv>,
  path: string,
  allow: string,
): Response {
  const detail = `${plainPath(path)} takes ${allow}: the request was ${context.req.method}`;
  return problem(context, "method-not-allowed", detail, { allow });
}

/**
 * Writes a path pattern of Hono as the documents do: `/models/:id` as `/models/{id}`, and
 * `/v1/:method{images:annotate}` as `/v1/images:annotate`.
 */
function plainPath(path: string): string {
  return path.replace(
    /:(\w+)(?:\{(.+?)\})?(?=\/|$)/g,
    (_, name: string, only?: string) => only ?? `{${name}}`,
  );
}

/** Responds to a request for an unknown path with the names of the main routes. */
export function notFound(context: Context<AppEnv>): Response {
  const dialects = DIALECTS.map(([, { name, entry }]) => ` and, for the ${name}, ${entry}`).join(
    "",
  );
  return problem(
    context,
    "not-found",
    `There are POST /detect, GET /models, /models/{id}, /healthz, /readyz${dialects}.`,
  );
}
