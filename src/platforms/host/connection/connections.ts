import type { GatedSocket, GateObserver } from "./gated_socket.ts";

/**
 * Open connections of a server, up to a maximum.
 *
 * When a connection comes and there is no room, the server closes the connection that has waited
 * for its client for the longest time. A connection waits for its client until the header of a
 * request, or more of a body, arrives. So clients that send little or nothing cannot lock others
 * out.
 */
export class Connections implements GateObserver {
  readonly #max: number;
  readonly #all = new Set<GatedSocket>();
  /** Connections that wait for their clients, the longest wait first. */
  readonly #waiting = new Set<GatedSocket>();

  /** Creates an empty set of at most `max` connections. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Adds a new connection. If there is no room, closes the connection that has waited longest for
   * its client. If all open connections wait for the server, closes the new one instead.
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

  /** Keeps a connection open, because it waits for the server. */
  busy(socket: GatedSocket): void {
    this.#waiting.delete(socket);
  }

  /** Marks that a connection begins to wait for its client now. It is then closed last. */
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
