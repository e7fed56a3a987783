import { createServer, IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { DomainError } from "../../core/domain_error.ts";
import { Connections } from "./connection/connections.ts";
import { CountedMessage } from "./connection/counted_message.ts";
import { GatedSocket, type GateObserver } from "./connection/gated_socket.ts";
import { type ProbeIntervals, watchListener } from "./connection/listener_probe.ts";
import { type HandleRequest, handleRequest } from "./handle_request.ts";
import { expectationFault, parserFault, refuse, requestLineOf, responseBytes } from "./refusals.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on. With 0, the system chooses a free port. */
  readonly port: number;
  /** Maximum number of open connections. The server closes any further connection at once. */
  readonly maxConnections: number;
  /** Maximum connections that wait to be accepted. Unset: the default of `node:http`. */
  readonly backlog?: number;
  /** Maximum bytes of all headers of a request. Larger headers are answered with status 431. */
  readonly maxHeaderBytes: number;
  /** Maximum milliseconds in which all headers of a request must arrive. */
  readonly headerTimeoutMs: number;
  /** Maximum milliseconds in which the body of a request must arrive. */
  readonly bodyTimeoutMs: number;
  /**
   * Maximum milliseconds in which a client must take the bytes of a write.
   *
   * @default 30_000
   */
  readonly unsentTimeoutMs?: number;
}

/** HTTP server that is listening. */
export interface Listener {
  /** URL of the server. */
  readonly url: string;
  /** Resolves if the server stops accepting connections because of an error. */
  readonly deaf: Promise<void>;
  /**
   * Stops accepting connections. Resolves after the running requests have been answered, or have
   * been cut off at the deadline.
   *
   * @param deadlineMs Milliseconds until the deadline. Unset: none.
   */
  close(deadlineMs?: number): Promise<void>;
}

/** Maximum requests of one connection. The last response closes it. */
const MAX_REQUESTS = 1000;

/** Maximum pipelined requests in progress on a connection of Bun. One more closes it. */
const MAX_PIPELINED = 16;

/** Intervals of the probe: a deaf server is noticed after 20 seconds. */
const PROBES: ProbeIntervals = { everyMs: 5000, failures: 3 };

/**
 * Serves an app over HTTP/1.1.
 *
 * Uses node:http on Deno as well, because `Deno.serve()` lacks three features. It cannot time out
 * slow headers. It keeps the connection open after the app has refused a body. It does not report
 * that a client has disconnected.
 *
 * A {@linkcode GatedSocket} stands between each connection and the parser of node:http. Bun has its
 * own parser below node:http, which takes no other socket.
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions): Promise<Listener> {
  const server = createServer({
    IncomingMessage: hasOwnParser() ? IncomingMessage : CountedMessage,
    maxHeaderSize: options.maxHeaderBytes,
    requireHostHeader: false, // the app answers with a problem
    headersTimeout: options.headerTimeoutMs,
    // Times out slow bodies that the app does not read. The app has its own timeout for bodies
    // that it reads, so this limit is 5 seconds longer.
    requestTimeout: options.headerTimeoutMs + options.bodyTimeoutMs + 5000,
    connectionsCheckingInterval: 1000,
  });
  server.maxHeadersCount = 0; // otherwise those after the 2000th are dropped silently
  const answer = handleRequest(app);
  const open = hasOwnParser() ? plainConnections(server, options) : gate(server, options);
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

/** Open connections of a server. Bun limits them in another way than Deno and Node. */
interface OpenConnections {
  /** Counts a request. Returns false if its connection was closed instead. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Closes each connection as soon as it has no request. */
  drain(): void;
  /** Closes all connections. */
  closeAll(): void;
}

/** Puts a gate between the connections of a server and its parser. */
function gate(server: Server, options: ListenOptions): OpenConnections {
  const { maxConnections, unsentTimeoutMs: unsentMs = 30_000 } = options;
  const connections = new Connections(maxConnections);
  let isClosing = false;
  const observer: GateObserver = {
    waiting(socket) {
      if (isClosing && socket.isIdle) socket.destroySoon();
      else connections.waiting(socket);
    },
    busy: (socket) => connections.busy(socket),
  };
  const limits = {
    unsentMs,
    maxRequests: MAX_REQUESTS,
    maxAheadBytes: 65_536,
  };
  const [parse] = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    const gated = new GatedSocket(socket, limits, observer);
    connections.add(gated);
    if (isClosing) gated.destroy();
    if (!gated.destroyed) parse!.call(server, gated as Duplex as Socket);
  });
  return {
    begin(incoming, outgoing) {
      const socket = incoming.socket as unknown as GatedSocket;
      socket.begin(incoming as CountedMessage, outgoing);
      return true;
    },
    drain() {
      isClosing = true;
      connections.closeIdle();
    },
    closeAll: () => connections.closeAll(),
  };
}

/** Limits the connections of Bun, which reads and parses a connection by itself. */
function plainConnections(server: Server, { maxConnections }: ListenOptions): OpenConnections {
  let requests = 0;
  let isClosing = false;
  const inProgress = new WeakMap<object, number>();
  const begun = new WeakMap<object, number>();
  server.maxConnections = maxConnections;
  const endIfDone = () => {
    if (isClosing && requests === 0) server.closeAllConnections();
  };
  return {
    begin({ socket }, outgoing) {
      const count = (inProgress.get(socket) ?? 0) + 1;
      inProgress.set(socket, count);
      requests++;
      outgoing.once("close", () => {
        requests--;
        inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1);
        endIfDone();
      });
      const total = (begun.get(socket) ?? 0) + 1;
      begun.set(socket, total);
      if (total === MAX_REQUESTS) outgoing.shouldKeepAlive = false;
      if (count <= MAX_PIPELINED && total <= MAX_REQUESTS) return true;
      socket.destroy();
      return false;
    },
    drain() {
      isClosing = true;
      endIfDone();
      server.closeIdleConnections();
    },
    closeAll: () => server.closeAllConnections(),
  };
}

/** Answers bytes that are not valid HTTP with a problem (JSON error). Closes the connection. */
async function refuseConnection(
  app: Hono<AppEnv>,
  error: Error & { code?: string; rawPacket?: Uint8Array },
  socket: Duplex,
  maxHeaderBytes: number,
): Promise<void> {
  if (error.code === "ECONNRESET" || !isWritable(socket)) return void socket.destroy();
  // A client that has sent nothing gets no answer either.
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

/** Returns true on Bun. Its `node:http` cannot read from a {@linkcode GatedSocket}. */
function hasOwnParser(): boolean {
  return "bun" in process.versions;
}
