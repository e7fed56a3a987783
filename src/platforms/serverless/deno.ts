import { getConnInfo } from "hono/deno";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/** Default export that `deno serve` expects. */
export interface DenoServer {
  /** Answers a request. Deno passes `info`, which contains the IP address of the client. */
  fetch(request: Request, info: object): Promise<Response>;
}

/**
 * Entry for `deno serve` and Deno Deploy.
 *
 * The models load at the first request. Models run on the thread that answers requests, because
 * this entry starts no worker processes.
 */
const server: DenoServer = {
  fetch: (request, info) => app.fetch(request, info),
};

export default server;
