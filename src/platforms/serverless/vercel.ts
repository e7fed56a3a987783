import { getConnInfo } from "hono/vercel";
import { isolateApp } from "./app.ts";

const app = isolateApp({ peerOf: (context) => getConnInfo(context).remote.address });

/** What Vercel takes. */
export interface VercelFunction {
  /** Answers one request. */
  fetch(request: Request): Promise<Response>;
}

/**
 * The entry of Vercel's functions on Node: `export { default } from "retinanet-edge/vercel"`.
 *
 * The models load with the first request, on the thread that serves.
 */
const server: VercelFunction = {
  fetch: (request) => app.fetch(request),
};

export default server;
