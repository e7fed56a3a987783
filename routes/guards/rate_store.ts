import type { Store } from "hono-rate-limiter";
import { LRU } from "tiny-lru";

/** Requests of one client in its current window. */
interface RateWindow {
  hits: number;
  /** End of the window on the monotonic clock. */
  readonly end: number;
}

/** Requests of one client, in the form of hono-rate-limiter. */
export interface Count {
  /** Requests since the start of the window. */
  readonly totalHits: number;
  /** End of the window. */
  readonly resetTime: Date;
}

/** Options of a {@linkcode RateStore}. */
export interface RateStoreOptions {
  /**
   * Maximum number of clients in the store. 10,000 clients take a few megabytes.
   *
   * @default 10_000
   */
  readonly maxClients?: number;
  /**
   * Monotonic clock in milliseconds, which measures the windows.
   *
   * @default performance.now
   */
  readonly now?: () => number;
  /**
   * Wall clock in milliseconds, for the reset time that clients are told.
   *
   * @default Date.now
   */
  readonly wallNow?: () => number;
}

/**
 * Store that counts requests in fixed windows, in bounded memory.
 *
 * The store of hono-rate-limiter keeps every client of a window, without a bound. This store
 * evicts the client that has sent nothing for the longest time. An attacker with more addresses than
 * `maxClients` could not be stopped by counting addresses anyway.
 */
export class RateStore implements Store {
  readonly #windows: LRU<RateWindow>;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #wallNow: () => number;

  /** Creates an empty store with windows of `windowMs` milliseconds. */
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

  /** Returns the count of a client; undefined if its window has ended or it was evicted. */
  get(key: string): Count | undefined {
    const current = this.#current(key);
    return current && this.#countOf(current);
  }

  /** Counts a request of a client; starts a new window if the last one has ended. */
  increment(key: string): Count {
    const current = this.#current(key) ?? { hits: 0, end: this.#now() + this.#windowMs };
    current.hits++;
    this.#windows.set(key, current); // also marks the client as recently used
    return this.#countOf(current);
  }

  /** Takes back one request of a client. */
  decrement(key: string): void {
    const current = this.#current(key);
    if (current) current.hits--;
  }

  /** Removes a client. */
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
