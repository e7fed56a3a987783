import { createServer, IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { DomainError } from "../../core/domain_error.ts";
import { CountedMessage } from "./connection/counted_message.ts";
import { GatedSocket } from "./connection/gated_socket.ts";
import {
  type ConnectionLimits,
  hasOwnParser,
  limitConnections,
} from "./connection/limit_connections.ts";
import { type ProbeIntervals, watchListener } from "./connection/listener_probe.ts";
import { type HandleRequest, handleRequest } from "./handle_request.ts";
import { expectationFault, parserFault, refuse, requestLineOf, responseBytes } from "./refusals.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions extends ConnectionLimits {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on. With 0, the system chooses a free port. */
  readonly port: number;
  /** Maximum connections that wait to be accepted. Unset: the default of `node:http`. */
  readonly backlog?: number;
  /** Maximum bytes of all headers of a request. Larger headers are answered with status 431. */
  readonly maxHeaderBytes: number;
  /** Maximum milliseconds until all headers of a request have arrived. */
  readonly headerTimeoutMs: number;
  /** Maximum milliseconds until the body of a request has arrived. */
  readonly bodyTimeoutMs: number;
}

/** HTTP server that is listening. */
export interface Listener {
  /** URL of the server. */
  readonly url: string;
  /** Resolves if the server stops accepting connections because of an error. */
  readonly deaf: Promise<void>;
  /**
   * Stops accepting connections. Resolves after all running requests have been answered, or have
   * been cut off at the deadline.
   *
   * @param deadlineMs Milliseconds until the deadline. Unset: no deadline.
   */
  close(deadlineMs?: number): Promise<void>;
}

/**
 * Options of `watchListener()`, which connects to the server at intervals. With these options,
 * `watchListener()` notices after 20 seconds that the server has stopped accepting connections.
 */
const PROBES: ProbeIntervals = { everyMs: 5000, failures: 3 };

/**
 * Serves an app over HTTP/1.1.
 *
 * The server uses node:http on Deno as well, because `Deno.serve()` has three faults.
 * `Deno.serve()` cannot time out slow headers, and keeps a connection open after the app has
 * refused a body. `Deno.serve()` also does not report that a client has disconnected.
 *
 * On Deno and Node, a {@linkcode GatedSocket} passes the bytes of each connection to the parser of
 * node:http. Bun parses requests itself and cannot read from this socket.
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions): Promise<Listener> {
  const server = createServer({
    IncomingMessage: hasOwnParser() ? IncomingMessage : CountedMessage,
    maxHeaderSize: options.maxHeaderBytes,
    requireHostHeader: false, // the app itself checks the Host header
    headersTimeout: options.headerTimeoutMs,
    // Time limit for bodies that the app does not read. The app has its own limit for bodies that
    // it reads. The limit of the app must apply first, so this limit is 5 seconds longer.
    requestTimeout: options.headerTimeoutMs + options.bodyTimeoutMs + 5000,
    connectionsCheckingInterval: 1000,
  });
  server.maxHeadersCount = 0; // no limit: by default, node:http drops headers after the 2000th
  const answer = handleRequest(app);
  const open = limitConnections(server, options);
  const onRequest: HandleRequest = (incoming, outgoing, fault) => {
    if (open.begin(incoming, outgoing)) answer(incoming, outgoing, fault);
  };
  server.on("request", (incoming, outgoing) => onRequest(incoming, outgoing));
  server.on(
    "checkExpectation",
    (incoming, outgoing) => onRequest(incoming, outgoing, expectationFault()),
  );
  server.on(
    "connect",
    (_, socket) => void refuseConnection(app, new Error("CONNECT"), socket, options.maxHeaderBytes),
  );
  server.on(
    "clientError",
    (error, socket) => void refuseConnection(app, error, socket, options.maxHeaderBytes),
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { port: wantedPort, hostname: host, backlog } = options;
  server.once("error", reject).listen({ port: wantedPort, host, backlog }, resolve);
  await promise;
  server.off("error", reject);
  const { address, port } = server.address() as AddressInfo;
  const deaf = Promise.withResolvers<void>();
  const endWatch = hasOwnParser()
    ? () => {}
    : watchListener(server, port, address, PROBES, () => deaf.resolve());
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    deaf: deaf.promise,
    async close(deadlineMs) {
      endWatch();
      const closed = new Promise<void>((done) => server.close(() => done()));
      open.drain();
      const timer = deadlineMs === undefined
        ? undefined
        : setTimeout(() => open.closeAll(), deadlineMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Answers invalid HTTP with a JSON error (RFC 9457), and closes the connection. */
async function refuseConnection(
  app: Hono<AppEnv>,
  error: Error & { code?: string; rawPacket?: Uint8Array },
  socket: Duplex,
  maxHeaderBytes: number,
): Promise<void> {
  if (error.code === "ECONNRESET" || !isWritable(socket)) return void socket.destroy();
  // A client that has sent nothing gets no response.
  if (socket instanceof GatedSocket && socket.bytesRead === 0) return void socket.destroy();
  const fault = parserFault(error.code, maxHeaderBytes);
  if (socket instanceof GatedSocket && !socket.isIdle) {
    const reason = new DomainError("malformed-request", fault.detail);
    if (!socket.refuseBody(reason)) socket.destroy();
    return;
  }
  const [method, url] = requestLineOf(error.rawPacket);
  const incoming = { socket: socket as Socket };
  const response = await refuse(app, { incoming, fault }, method ?? "-", url);
  if (!isWritable(socket)) return;
  socket.write(await responseBytes(response));
  if (socket instanceof GatedSocket) socket.destroySoon();
  else socket.end();
}

function isWritable(socket: Duplex): boolean {
  return socket.writable;
}
