/** Running server on one runtime; disposing it stops the server. */
export interface Target extends AsyncDisposable {
  /** Name of the runtime: `deno`, `node`, `bun`, `workerd` or `chromium`. */
  readonly name: string;
  /** Sends a request to `path`, which includes the query, like `fetch`. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/**
 * Starts a server.
 *
 * @param environment Settings by the names of docs/configuration.md, which override the target's.
 */
export type StartTarget = (environment?: Record<string, string>) => Promise<Target>;
