/**
 * One running server on one runtime, as the conformance suite sees it: a name, a way to ask, a way to stop.
 *
 * `environment` given to a target's start function holds the server's settings (`DETECT_MODEL`, `API_KEYS`, …) as docs/api
 * names them; a target passes them on in its runtime's own way.
 */
export interface Target extends AsyncDisposable {
  /** The runtime: `deno`, `node`, `bun`, `workerd` or `chromium`. */
  readonly name: string;
  /** Asks for `path` (with its query) and gives the runtime's own answer, as `fetch` would. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts a server with these settings on top of the target's own. */
export type StartTarget = (environment?: Record<string, string>) => Promise<Target>;
