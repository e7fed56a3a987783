import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
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
 * Connects an app to `node:http`. The app also gets malformed requests. The app answers malformed
 * requests with a JSON error (RFC 9457) and a request id, and logs these requests.
 */
export function handleRequest(app: Hono<AppEnv>): HandleRequest {
  return (incoming, outgoing, found = faultOf(incoming)) => {
    const headerLines = incoming.rawHeaders.length / 2;
    const bindings = { incoming, headerLines, fault: found } satisfies HostBindings;
    const answer = getRequestListener(
      async (request) => {
        const response = await app.fetch(request, bindings);
        if (!outgoing.destroyed) return response;
        // The client has disconnected. Each write to its connection would create an error, which
        // takes more time than the rest of the response.
        response.body?.cancel().catch(() => {});
        return RESPONSE_ALREADY_SENT;
      },
      {
        // By default, getRequestListener() replaces the global classes Request and Response.
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
