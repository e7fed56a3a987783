import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import { Connections } from "./connections.ts";
import type { CountedMessage } from "./counted_message.ts";
import { GatedSocket, type GateObserver } from "./gated_socket.ts";

/** Limits of the connections of a server. */
export interface ConnectionLimits {
  /** Maximum number of open connections. */
  readonly maxConnections: number;
  /**
   * Maximum milliseconds until a client has received the bytes of one write. A slower client is
   * disconnected.
   *
   * @default 30_000
   */
  readonly unsentTimeoutMs?: number;
}

/**
 * Maximum number of requests on one connection. The server closes the connection after the response
 * to the last allowed request.
 */
const MAX_REQUESTS = 1000;

/**
 * Maximum number of requests in progress on one connection, if the runtime is Bun. If a client
 * sends one more request, the server closes the connection.
 */
const MAX_PIPELINED = 16;

/** Open connections of a server. Bun has another implementation than Deno and Node. */
export interface OpenConnections {
  /** Counts a request. If the request exceeds a limit, closes its connection and returns false. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Closes each connection as soon as it has no request in progress. */
  drain(): void;
  /** Closes all connections. */
  closeAll(): void;
}

/**
 * Limits the connections of a server, and the requests of each connection.
 *
 * On Deno and Node, a {@linkcode GatedSocket} passes the bytes of each connection to the parser of
 * `node:http`. On Bun, this function only counts connections and requests, because Bun parses
 * requests before `node:http` can see the bytes.
 */
export function limitConnections(server: Server, options: ConnectionLimits): OpenConnections {
  return hasOwnParser() ? plainConnections(server, options) : gate(server, options);
}

/** Puts a {@linkcode GatedSocket} between each connection and the parser of the server. */
function gate(server: Server, options: ConnectionLimits): OpenConnections {
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

/** Limits the connections of a server on Bun by counting connections and requests. */
function plainConnections(server: Server, { maxConnections }: ConnectionLimits): OpenConnections {
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

/** Returns true on Bun, whose `node:http` cannot read from a {@linkcode GatedSocket}. */
export function hasOwnParser(): boolean {
  return "bun" in process.versions;
}
