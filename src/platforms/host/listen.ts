import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on. With 0, the system chooses a free port. */
  readonly port: number;
  /** Maximum number of open connections. The server closes any further connection at once. */
  readonly maxConnections: number;
  /** Maximum bytes of all headers of a request. Larger headers are answered with status 431. */
  readonly maxHeaderBytes: number;
  /** Maximum milliseconds in which all headers of a request must arrive. */
  readonly headerTimeoutMs: number;
  /** Maximum milliseconds in which the body of a request must arrive. */
  readonly bodyTimeoutMs: number;
}

/** Options of `getRequestListener()`, which connects a `node:http` server to a Hono app. */
export const LISTENER_OPTIONS = {
  /** Leaves the global Request and Response alone. The library would replace them by default. */
  overrideGlobalObjects: false,
  /** Host name in the URL of a request that has no `Host` header, as HTTP/1.0 allows. */
  hostname: "localhost",
} as const;

/** HTTP server that is listening. */
export interface Listener {
  /** URL of the server. */
  readonly url: string;
  /** Stops accepting connections. Resolves after the running requests have been answered. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP/1.1.
 *
 * Uses node:http on Deno as well, because `Deno.serve()` lacks three features. It cannot time out
 * slow headers. It keeps the connection open after the app has refused a body. It does not report
 * that a client has disconnected.
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions): Promise<Listener> {
  const answer = getRequestListener(app.fetch, LISTENER_OPTIONS);
  let answers = 0;
  let isClosing = false;
  const count = (more: number) => {
    answers += more;
    // Node treats a connection without a request as busy, and would wait for the connection.
    if (isClosing && answers === 0) server.closeAllConnections();
  };
  const server = createServer(
    {
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: options.headerTimeoutMs,
      // Times out slow bodies that the app does not read. The app has its own timeout for bodies
      // that it reads, so this limit is 5 seconds longer.
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
