import { getConnInfo } from "hono/deno";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/** Default export that `deno serve` expects. */
export interface DenoServer {
  /** Answers a request; `info` is Deno's own object. */
  fetch(request: Request, info: object): Promise<Response>;
}

/**
 * Entry for `deno serve` and Deno Deploy.
 *
 * The models load with the first request, on the serving thread. No process is started.
 */
const server: DenoServer = {
  fetch: (request, info) => app.fetch(request, info),
};

export default server;
