import type { GatedSocket, GateObserver } from "./gated_socket.ts";

/**
 * Open connections of a server, up to a maximum.
 *
 * If a new connection exceeds the maximum, the server closes the connection whose client has sent
 * nothing for the longest time. Connections whose request is complete stay open, because their
 * clients wait for the server. Thus clients that send little or nothing cannot keep other clients
 * out.
 */
export class Connections implements GateObserver {
  readonly #max: number;
  readonly #all = new Set<GatedSocket>();
  /**
   * Connections whose clients must send something next. The connection whose client has been silent
   * longest comes first.
   */
  readonly #waiting = new Set<GatedSocket>();

  /**
   * Creates an empty set of connections.
   *
   * @param max Maximum number of open connections.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Adds a new connection. If the maximum is reached, closes the connection whose client has been
   * silent longest. If all clients wait for the server, closes the new connection instead.
   */
  add(socket: GatedSocket): void {
    if (this.#all.size >= this.#max) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) return void socket.destroy();
      this.#remove(oldest);
      oldest.destroy();
    }
    this.#all.add(socket);
    this.#waiting.add(socket);
    socket.once("close", () => this.#remove(socket));
  }

  /**
   * Marks a connection as busy: its client waits for the server. `add()` closes no busy connection.
   */
  busy(socket: GatedSocket): void {
    this.#waiting.delete(socket);
  }

  /**
   * Marks a connection as waiting for its client: the client must send something next, and counts as
   * silent from now on.
   */
  waiting(socket: GatedSocket): void {
    if (!this.#all.has(socket)) return;
    this.#waiting.delete(socket);
    this.#waiting.add(socket);
  }

  /** Closes the connections that have no request in progress. */
  closeIdle(): void {
    for (const socket of this.#waiting) if (socket.isIdle) socket.destroy();
  }

  /** Closes all connections. */
  closeAll(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #remove(socket: GatedSocket): void {
    this.#all.delete(socket);
    this.#waiting.delete(socket);
  }
}
