import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Maximum open connections. Further ones are closed at once. */
  readonly maxConnections: number;
  /** Maximum bytes of a request header; 431 above. */
  readonly maxHeaderBytes: number;
  /** Milliseconds until a request header times out. */
  readonly headerTimeoutMs: number;
  /** Milliseconds until a request body times out. */
  readonly bodyTimeoutMs: number;
}

/** Options of the adapter from `node:http` to `fetch()`. */
export const LISTENER_OPTIONS = {
  /** Otherwise the library replaces the global Request and Response. */
  overrideGlobalObjects: false,
  /** Host in the URL of a request without the header `Host`, which HTTP/1.0 does not require. */
  hostname: "localhost",
} as const;

/** Server that listens. */
export interface Listener {
  /** URL of the server. */
  readonly url: string;
  /** Accepts no further connections, and waits for the running requests. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP/1.1.
 *
 * Uses node:http on every runtime. Deno.serve has no timeout for headers, never closes the
 * connection of a client whose body was refused, and does not report that a client is gone.
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions): Promise<Listener> {
  const answer = getRequestListener(app.fetch, LISTENER_OPTIONS);
  let answers = 0;
  let isClosing = false;
  const count = (more: number) => {
    answers += more;
    // Node counts a connection that has sent nothing yet as busy, and would wait for it.
    if (isClosing && answers === 0) server.closeAllConnections();
  };
  const server = createServer(
    {
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: options.headerTimeoutMs,
      // Ends slow bodies that the app does not read. The app itself refuses the slow bodies that it
      // reads.
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
