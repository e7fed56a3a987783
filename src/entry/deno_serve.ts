import { getConnInfo } from "hono/deno";
import { isolateApp } from "./isolate_app.ts";

const app = isolateApp({ peerOf: (context) => getConnInfo(context).remote.address });

/**
 * The entry of `deno serve` and of Deno Deploy.
 *
 * The models load with the first request, on the thread that serves, which starts no process there.
 */
export default {
  /** Answers one request. */
  fetch(request: Request, info: object): Promise<Response> {
    return app.fetch(request, info);
  },
};
