import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Share of a {@linkcode ByteBudget} that one request holds. When the lease is disposed, its bytes
 * return to the budget.
 */
export interface ByteLease extends Disposable {
  /**
   * Takes bytes from the budget.
   *
   * @throws {DomainError} `busy` if fewer than `bytes` bytes are left for the client.
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
 * Maximum bytes that a client may hold, divided by the bytes that are free. A single client can
 * hold three quarters of the budget. If n clients hold all they may, 1 ⁄ (3 n + 1) of the budget is
 * still free, so a small image always fits.
 */
const SHARE = 3;

/**
 * Limit on the bytes that the bodies of all requests hold in memory together. Without this limit,
 * many large requests at once could exhaust the memory of the server.
 *
 * The limit of each client is proportional to the bytes that are left, so that no client can take
 * all of them (Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
 */
export class ByteBudget {
  #left: number;
  /** Bytes that each client holds. Clients that hold no bytes are not listed. */
  readonly #held = new Map<string, number>();

  /** Creates a budget of `bytes` bytes. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Opens a lease for one request of a client. A new lease holds no bytes. */
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
