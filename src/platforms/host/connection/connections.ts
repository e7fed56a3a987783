import type { GatedSocket } from "./gated_socket.ts";

/**
 * Open connections of a server, up to a maximum.
 *
 * When a new one comes and there is no room, the connection that has been idle for the longest time
 * is closed. A connection is idle while it waits for the header of a request, so clients that send
 * no header cannot lock others out.
 */
export class Connections {
  readonly #max: number;
  readonly #all = new Set<GatedSocket>();
  /** Idle connections, the one that has been idle for the longest time first. */
  readonly #idle = new Set<GatedSocket>();

  /** Creates an empty set of at most `max` connections. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Adds a new connection. Closes another one, or itself if all others are busy. */
  add(socket: GatedSocket): void {
    if (this.#all.size >= this.#max) {
      const [oldest] = this.#idle;
      if (oldest === undefined) return void socket.destroy();
      this.#remove(oldest);
      oldest.destroy();
    }
    this.#all.add(socket);
    this.#idle.add(socket);
    socket.once("close", () => this.#remove(socket));
  }

  /** Marks a connection as busy. */
  busy(socket: GatedSocket): void {
    this.#idle.delete(socket);
  }

  /** Marks a connection as idle. */
  idle(socket: GatedSocket): void {
    if (this.#all.has(socket)) this.#idle.add(socket);
  }

  /** Number of connections with a request in progress. */
  get busyCount(): number {
    return this.#all.size - this.#idle.size;
  }

  /** Closes the idle connections. */
  closeIdle(): void {
    for (const socket of this.#idle) socket.destroy();
  }

  /** Closes all connections. */
  closeAll(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #remove(socket: GatedSocket): void {
    this.#all.delete(socket);
    this.#idle.delete(socket);
  }
}
