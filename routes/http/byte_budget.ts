import { DomainError } from "../../src/core/domain_error.ts";

/** What one request has taken of a budget; it goes back when the request ends. */
export interface Room extends Disposable {
  /**
   * Takes bytes.
   *
   * @throws {DomainError} `busy` if there are not as many left.
   */
  take(bytes: number): void;
}

/** Bytes that all requests of a server may hold together. */
export class ByteBudget {
  #left: number;

  /** Builds a budget of which nothing is taken. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Room for a request, of which nothing is taken yet. */
  open(): Room {
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
