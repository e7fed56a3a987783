import { getConnInfo } from "hono/deno";
import { isolateApp } from "./app.ts";

const app = isolateApp({ peerOf: (context) => getConnInfo(context).remote.address });

/** What `deno serve` takes. */
export interface DenoServer {
  /** Answers one request; `info` is Deno's own. */
  fetch(request: Request, info: object): Promise<Response>;
}

/**
 * The entry of `deno serve` and of Deno Deploy.
 *
 * The models load with the first request, on the thread that serves, which starts no process there.
 */
const server: DenoServer = {
  fetch: (request, info) => app.fetch(request, info),
};

export default server;
