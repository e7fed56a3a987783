import type { Hono } from "hono";
import type { AppEnv } from "./app_env.ts";
import type { ErrorForm } from "./error_form.ts";

/**
 * Another HTTP protocol for the same models: a folder in `routes/` that exports one `Dialect`, and
 * a line in the table of `routes/app.ts` that mounts it. All paths are relative to the mount point.
 */
export interface Dialect<Deps> {
  /** Name of the protocol, for the error of an unknown path. */
  readonly name: string;
  /** Allowed methods of each path, in the form of the header `Allow`; `""` is the mount point. */
  readonly methods: Readonly<Record<string, string>>;
  /** Paths that require no API key and have no rate limit, for health checks. */
  readonly openPaths: readonly string[];
  /** Header fields of the protocol, which pages of other origins may send and read. */
  readonly headers: readonly string[];
  /** Form of error responses. */
  readonly errorForm: ErrorForm;
  /** Creates the app that handles the requests. */
  readonly createApp: (deps: Deps) => Hono<AppEnv>;
}
