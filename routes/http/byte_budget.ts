import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Bytes of a {@linkcode ByteBudget} that one request has taken. Disposing the lease returns them to
 * the budget.
 */
export interface ByteLease extends Disposable {
  /**
   * Takes bytes from the budget.
   *
   * @throws {DomainError} `busy` if the client may not take that many bytes now.
   */
  take(bytes: number): void;
  /**
   * Checks that `take(bytes)` would succeed now, without taking the bytes.
   *
   * @throws {DomainError} `busy` if `take(bytes)` would fail.
   */
  expect(bytes: number): void;
}

/**
 * Ratio that limits each client: its bytes may be at most 3 times the free bytes of the budget. A
 * single client can thus take three quarters of the budget. If n clients take their maximum, 1⁄(3n
 * + 1) of the budget is still free for others.
 */
const SHARE = 3;

/**
 * Limit on the memory for the bodies of all requests together. Without it, many large requests at
 * the same time could exhaust the memory of the server.
 *
 * The limit of each client is proportional to the free bytes, so no client can take all of them
 * (Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
 */
export class ByteBudget {
  readonly #bytes: number;
  #left: number;
  /** Number of bytes that each client has taken. Clients without bytes are not in the map. */
  readonly #held = new Map<string, number>();

  /** Creates a budget of `bytes` bytes. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Number of bytes that all requests have taken together. */
  get taken(): number {
    return this.#bytes - this.#left;
  }

  /** Creates a lease for one request of a client. A new lease has no bytes yet. */
  lease(client = ""): ByteLease {
    let taken = 0;
    const expect = (bytes: number) => {
      const held = (this.#held.get(client) ?? 0) + bytes;
      if (held <= SHARE * (this.#left - bytes)) return;
      throw new DomainError(
        "busy",
        "Cannot take the image as the server holds as many as it can. Try again in a second",
      );
    };
    return {
      expect,
      take: (bytes) => {
        expect(bytes);
        this.#move(client, bytes);
        taken += bytes;
      },
      [Symbol.dispose]: () => {
        this.#move(client, -taken);
        taken = 0;
      },
    };
  }

  #move(client: string, bytes: number): void {
    const held = (this.#held.get(client) ?? 0) + bytes;
    this.#left -= bytes;
    if (held > 0) this.#held.set(client, held);
    else this.#held.delete(client);
  }
}
