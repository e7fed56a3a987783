import { getConnInfo } from "hono/vercel";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/** Default export that Vercel expects. */
export interface VercelFunction {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Entry for Vercel's functions on Node: `export { default } from "retinanet-edge/vercel"`.
 *
 * The models load with the first request, on the serving thread.
 */
const server: VercelFunction = {
  fetch: (request) => app.fetch(request),
};

export default server;
