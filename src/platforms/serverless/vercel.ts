import { getConnInfo } from "hono/vercel";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/** Default export that Vercel expects. */
export interface VercelFunction {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Entry for Vercel functions on Node. Your function file needs one line: `export { default } from
 * "retinanet-edge/vercel"`.
 *
 * The models load at the first request, and run on the thread that answers requests.
 */
const server: VercelFunction = {
  fetch: (request) => app.fetch(request),
};

export default server;
