import type { Hono } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { ErrorForm } from "./error_form.ts";

/**
 * Routes that serve the same models through another HTTP protocol, so that existing clients of that
 * protocol can use this server.
 *
 * To add a dialect, export a `Dialect` from a new folder in `routes/`. Then list it in
 * `routes/app.ts` with the path prefix of its routes (mount point). All paths in this interface are
 * relative to that prefix.
 */
export interface Dialect<Deps> {
  /** Name of the protocol, for error messages. */
  readonly name: string;
  /**
   * Methods that each path allows, such as "GET, HEAD". The path `""` is the mount point itself.
   */
  readonly methods: Readonly<Record<string, string>>;
  /** Paths for health checks. They need no API key and have no rate limit. */
  readonly openPaths: readonly string[];
  /**
   * Header fields that only this protocol uses. With CORS, web pages of other origins may send and
   * read them.
   */
  readonly headers: readonly string[];
  /** Function that builds the body of an error response. */
  readonly errorForm: ErrorForm;
  /** Creates the Hono app that handles the requests below the mount point. */
  readonly createApp: (deps: Deps) => Hono<AppEnv>;
}
