import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Share of a {@linkcode ByteBudget} that one request holds. When the lease is disposed, its bytes
 * return to the budget.
 */
export interface ByteLease extends Disposable {
  /**
   * Takes bytes from the budget.
   *
   * @throws {DomainError} `busy` if fewer than `bytes` bytes are left in the budget.
   */
  take(bytes: number): void;
}

/**
 * Limit on the bytes that the bodies of all requests hold in memory together. Without this limit,
 * many large requests at once could exhaust the memory of the server.
 */
export class ByteBudget {
  #left: number;

  /** Creates a budget of `bytes` bytes. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Opens a lease for one request. A new lease holds no bytes. */
  lease(): ByteLease {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#left) {
          throw new DomainError(
            "busy",
            "Cannot take the image as the server holds as many as it can. Try again in a second",
          );
        }
        this.#left -= bytes;
        taken += bytes;
      },
      [Symbol.dispose]: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}
