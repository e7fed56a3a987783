import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";

/** Where a server listens, and what a connection may cost. */
export interface ListenOptions {
  /** Address to listen on. */
  readonly hostname: string;
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** Connections at a time; further ones are closed at once. */
  readonly maxConnections: number;
  /** Bytes of a request's header; 431 above. */
  readonly maxHeaderBytes: number;
  /** Milliseconds within which a header must be there. */
  readonly headerTimeoutMs: number;
  /** Milliseconds within which a body must be there. */
  readonly bodyTimeoutMs: number;
}

/** A server that listens. */
export interface Listener {
  /** Where. */
  readonly url: string;
  /** Takes no further connections, and waits for the answers that are on their way. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP/1.1.
 *
 * By node:http, since Deno.serve has no time limit for headers, never closes the connection of a
 * client whose body was refused, and does not tell when a client is gone.
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions): Promise<Listener> {
  // The Request and Response of the runtime stay as they are.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  let answers = 0;
  let isClosing = false;
  const count = (more: number) => {
    answers += more;
    // Node takes a connection that has sent nothing yet for a busy one, and would wait for it.
    if (isClosing && answers === 0) server.closeAllConnections();
  };
  const server = createServer(
    {
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: options.headerTimeoutMs,
      // The app itself refuses slow bodies; this ends those that nobody reads.
      requestTimeout: options.headerTimeoutMs + options.bodyTimeoutMs + 5000,
      connectionsCheckingInterval: 1000,
    },
    (incoming, outgoing) => {
      count(1);
      outgoing.once("close", () => count(-1));
      void answer(incoming, outgoing);
    },
  );
  server.maxConnections = options.maxConnections;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(options.port, options.hostname, resolve);
  await promise;
  server.off("error", reject);
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        isClosing = true;
        count(0);
        server.closeIdleConnections();
      }),
  };
}
