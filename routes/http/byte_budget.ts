import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Number of bytes that one request has taken from a {@linkcode ByteBudget}. Disposing the lease
 * returns the bytes to the budget.
 */
export interface ByteLease extends Disposable {
  /**
   * Takes bytes: first those that the lease has reserved, and then bytes of the budget.
   *
   * @throws {DomainError} `busy` if the client may not take `bytes` more bytes now;
   *   `too-many-bytes` if the request would need more than a client may ever take.
   */
  take(bytes: number): void;
  /**
   * Checks that `take(bytes)` would succeed now, without taking the bytes.
   *
   * @throws {DomainError} The error of `take(bytes)`.
   */
  expect(bytes: number): void;
  /**
   * Reserves bytes of the budget for later calls of `take()`, at most as many as the request could
   * still take of an unused budget. Disposing the result returns the reserved bytes that were not
   * taken.
   *
   * @throws {DomainError} `busy` if the client may not take `bytes` more bytes now.
   */
  reserve(bytes: number): Disposable;
  /** Moves all taken bytes to a new lease. Reserved bytes stay with this lease. */
  moved(): ByteLease;
}

/**
 * Limit on each client: a client may hold at most 3 times as many bytes as the budget has free. A
 * single client can thus take three quarters of the budget, and a part is always left for other
 * clients.
 */
const SHARE = 3;

/**
 * Limit on the memory for the bodies of all requests together. Without this limit, many large
 * requests at the same time could exhaust the memory of the server.
 *
 * The limit of each client is proportional to the free bytes of the budget, so no client can take
 * the whole budget. Source: Choudhury and Hahne, "Dynamic queue length thresholds", 1998.
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

  /** Maximum number of bytes that one client may take while no other client has bytes. */
  get #mostOfOne(): number {
    return Math.floor(SHARE * this.#bytes / (SHARE + 1));
  }

  /** Number of bytes that all requests have taken together. */
  get taken(): number {
    return this.#bytes - this.#left;
  }

  /**
   * Creates a lease, which records the bytes that one request of a client takes. A new lease has no
   * bytes.
   */
  lease(client = ""): ByteLease {
    return this.#lease(client, 0);
  }

  #lease(client: string, taken: number): ByteLease {
    let reserved = 0;
    const check = (bytes: number) => {
      const needed = taken + reserved + bytes;
      if (needed > this.#mostOfOne) throw neverFits(needed, this.#mostOfOne);
      const held = (this.#held.get(client) ?? 0) + bytes;
      if (held <= SHARE * (this.#left - bytes)) return;
      throw new DomainError(
        "busy",
        "Cannot take the image as the server holds as many as it can. Try again in a second",
      );
    };
    const reserve = (bytes: number) => {
      check(bytes);
      this.#move(client, bytes);
      reserved += bytes;
    };
    const giveBack = () => {
      this.#move(client, -reserved);
      reserved = 0;
    };
    return {
      expect: (bytes) => {
        if (bytes > reserved) check(bytes - reserved);
      },
      take: (bytes) => {
        if (bytes > reserved) reserve(bytes - reserved);
        reserved -= bytes;
        taken += bytes;
      },
      reserve: (bytes) => {
        reserve(Math.min(bytes, this.#mostOfOne - taken));
        return { [Symbol.dispose]: giveBack };
      },
      moved: () => {
        const held = taken;
        taken = 0;
        return this.#lease(client, held);
      },
      [Symbol.dispose]: () => {
        giveBack();
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

/** Returns the error for a request that would not fit even if no other request had bytes. */
function neverFits(needed: number, most: number): DomainError {
  return new DomainError(
    "too-many-bytes",
    `Cannot take the request as all its bytes in memory must be at most ${most}: it needs ` +
      `${needed}. Send fewer images at a time`,
  );
}
