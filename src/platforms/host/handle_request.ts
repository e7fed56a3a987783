import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { canTrace } from "../../../routes/guards/request_trace.ts";
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
    const span = canTrace() ? serverSpan(outgoing) : undefined;
    const bindings = { incoming, headerLines, fault: found, span } satisfies HostBindings;
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

/**
 * Returns the OpenTelemetry span that Deno's `node:http` has started for a request. Deno 2.9 does
 * not make this span the active one, so that spans of the app would not be below it. Returns
 * undefined on other runtimes.
 */
function serverSpan(outgoing: ServerResponse): object | undefined {
  const symbols = Object.getOwnPropertySymbols(outgoing);
  const key = symbols.find(({ description }) => description === "kOtelSpan");
  return key && Reflect.get(outgoing, key) as object | undefined;
}
