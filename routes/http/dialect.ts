import type { Hono } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { ErrorForm } from "./error_form.ts";

/**
 * Routes that serve the same models in the JSON form of another HTTP protocol, for its existing
 * clients.
 *
 * To add a dialect, export a `Dialect` from a folder in `routes/` and list it in `routes/app.ts`
 * with its mount point, the path prefix of its routes. All paths here are relative to that prefix.
 */
export interface Dialect<Deps> {
  /** Name of the protocol. The error response for an unknown path lists the name. */
  readonly name: string;
  /** Value of the header `Allow` by path, such as "GET, HEAD". The path `""` is the mount point. */
  readonly methods: Readonly<Record<string, string>>;
  /** Paths that require no API key and have no rate limit, for health checks. */
  readonly openPaths: readonly string[];
  /** Header fields of the protocol. CORS lets web pages of other origins send and read them. */
  readonly headers: readonly string[];
  /** Function that builds the body of an error response. */
  readonly errorForm: ErrorForm;
  /** Creates the Hono app that handles the requests below the mount point. */
  readonly createApp: (deps: Deps) => Hono<AppEnv>;
}
