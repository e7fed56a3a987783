import type { Hono } from "hono";
import type { AppEnv, KeyPlaces } from "./app_env.ts";
import type { ErrorForm } from "./error_form.ts";

/**
 * Routes that serve the models of the server through the HTTP API of another product. Existing clients of
 * that protocol can thus use this server.
 *
 * To add a dialect, export a `Dialect` from a new folder in `routes/`. Then list the new dialect in
 * `routes/dialects.ts` with the path prefix of its routes (mount point). All paths in this interface are
 * relative to the mount point. A dialect with the mount point `/` has only the routes that
 * `methods` lists.
 */
export interface Dialect<Deps> {
  /** Name of the protocol, for error messages. */
  readonly name: string;
  /** Paths of the routes, as error messages name them, for example "/v2". */
  readonly entry: string;
  /**
   * HTTP methods that each path allows, such as "GET, HEAD". The path `""` is the mount point (path
   * prefix) itself.
   */
  readonly methods: Readonly<Record<string, string>>;
  /** Paths that need no API key and have no rate limit. */
  readonly openPaths: readonly string[];
  /**
   * Paths for health checks. They are open paths, too, and are neither traced nor, by default,
   * logged. Unset: none.
   */
  readonly healthPaths?: readonly string[];
  /**
   * Header fields that only this protocol uses. If CORS is on, web pages of other origins may send
   * and read these fields.
   */
  readonly headers: readonly string[];
  /** Function that builds the body of an error response. */
  readonly errorForm: ErrorForm;
  /**
   * Places where clients of the protocol send the API key, in addition to the usual header fields.
   * Unset: only the usual header fields.
   */
  readonly keyPlaces?: KeyPlaces;
  /** Creates the Hono app that handles the requests below the mount point. */
  readonly createApp: (deps: Deps) => Hono<AppEnv>;
}
