import { DomainError } from "../../src/core/domain_error.ts";

/** Bytes of a budget that one request holds. Disposing of the lease returns them. */
export interface ByteLease extends Disposable {
  /**
   * Takes bytes from the budget.
   *
   * @throws {DomainError} `busy` if fewer than `bytes` bytes are left in the budget.
   */
  take(bytes: number): void;
}

/** Budget of bytes that all requests of a server may hold in memory together. */
export class ByteBudget {
  #left: number;

  /** Creates a budget of `bytes` bytes. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Opens a lease for one request; it holds no bytes yet. */
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
