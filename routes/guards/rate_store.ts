import type { Store } from "hono-rate-limiter";
import { LRU } from "tiny-lru";

/** Count of one client's requests in its current time window. */
interface RateWindow {
  /** Number of requests. */
  hits: number;
  /** End of the time window, in milliseconds of the monotonic clock. */
  readonly end: number;
}

/** Count of one client's requests, as the `Store` interface of hono-rate-limiter defines it. */
export interface Count {
  /** Number of requests since the start of the time window. */
  readonly totalHits: number;
  /** End of the time window. The first request after this time starts a new window. */
  readonly resetTime: Date;
}

/** Options of a {@linkcode RateStore}. */
export interface RateStoreOptions {
  /**
   * Maximum number of clients in the store. 10,000 clients take a few megabytes of memory.
   *
   * @default 10_000
   */
  readonly maxClients?: number;
  /**
   * Returns the milliseconds of a monotonic clock. The store measures its time windows with this
   * clock.
   *
   * @default performance.now
   */
  readonly now?: () => number;
  /**
   * Returns the milliseconds of the wall clock. The store only uses this clock for the date
   * `resetTime`.
   *
   * @default Date.now
   */
  readonly wallNow?: () => number;
}

/**
 * Store that counts the requests of each client in fixed time windows, in bounded memory.
 *
 * The default store of the package hono-rate-limiter can grow without limit. A `RateStore` with
 * `maxClients` clients evicts the client that has sent no request for the longest time.
 *
 * An attacker with more than `maxClients` IP addresses can reset counts, because the store then
 * evicts other clients. However, a limit per IP address cannot stop an attacker with so many
 * addresses anyway.
 */
export class RateStore implements Store {
  readonly #windows: LRU<RateWindow>;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #wallNow: () => number;

  /** Creates an empty store with time windows of `windowMs` milliseconds. */
  constructor(windowMs: number, options: RateStoreOptions = {}) {
    const { maxClients = 10_000, now = () => performance.now(), wallNow = Date.now } = options;
    this.#windowMs = windowMs;
    this.#windows = new LRU(maxClients);
    this.#now = now;
    this.#wallNow = wallNow;
  }

  /** Number of clients in the store. */
  get size(): number {
    return this.#windows.size;
  }

  /**
   * Returns the count of a client. Returns undefined if the time window of the client has ended, or
   * if the store has evicted the client.
   */
  get(key: string): Count | undefined {
    const current = this.#current(key);
    return current && this.#countOf(current);
  }

  /** Counts a request of a client. Starts a new time window if the last window has ended. */
  increment(key: string): Count {
    const current = this.#current(key) ?? { hits: 0, end: this.#now() + this.#windowMs };
    current.hits++;
    this.#windows.set(key, current); // this client is now the last one to be evicted
    return this.#countOf(current);
  }

  /** Subtracts one request from the count of a client. */
  decrement(key: string): void {
    const current = this.#current(key);
    if (current) current.hits--;
  }

  /** Removes a client and its count. */
  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  #current(key: string): RateWindow | undefined {
    const last = this.#windows.peek(key);
    return last && last.end > this.#now() ? last : undefined;
  }

  #countOf({ hits, end }: RateWindow): Count {
    return { totalHits: hits, resetTime: new Date(this.#wallNow() + end - this.#now()) };
  }
}
