import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { AppEnv, RequestFault } from "../../../routes/http/app_env.ts";
import { faultOf, type HostBindings, refuse, urlFault } from "./refusals.ts";

/** Function that answers a request of `node:http`. */
export type HandleRequest = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault?: RequestFault,
) => void;

/**
 * Connects an app to `node:http`. The app also gets malformed requests. The app answers such
 * requests with a problem (JSON error) and a request id, and logs them.
 */
export function handleRequest(app: Hono<AppEnv>): HandleRequest {
  return (incoming, outgoing, found = faultOf(incoming)) => {
    const headerLines = incoming.rawHeaders.length / 2;
    const bindings = { incoming, headerLines, fault: found } satisfies HostBindings;
    const answer = getRequestListener(
      (request) => app.fetch(request, bindings),
      {
        // By default, the library replaces the global classes Request and Response.
        overrideGlobalObjects: false,
        // Host in the URL of a request without a Host header, which HTTP/1.0 allows.
        hostname: "localhost",
        errorHandler: () =>
          refuse(app, { ...bindings, fault: found ?? urlFault() }, incoming.method, incoming.url),
      },
    );
    void answer(incoming, outgoing);
  };
}
