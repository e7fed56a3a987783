import type { Store } from "hono-rate-limiter";

/** The requests of one client in the window that runs. */
interface Count {
  totalHits: number;
  readonly resetTime: Date;
}

/** Clients that are remembered at a time; a few megabytes. */
const MAX_CLIENTS = 10_000;

/**
 * Counts requests in fixed windows, in memory that is bounded.
 *
 * The library's own store holds every client of a window, however many come; this one forgets the
 * window that began first when it is full. Whoever commands more than that many addresses cannot
 * be held off by counting addresses anyway.
 */
export class RateStore implements Store {
  /** In the order in which the windows began, so that those that have ended come first. */
  readonly #counts = new Map<string, Count>();
  readonly #windowMs: number;
  readonly #maxClients: number;
  readonly #now: () => number;

  /** Builds an empty store; `now` in milliseconds. */
  constructor(windowMs: number, maxClients = MAX_CLIENTS, now: () => number = Date.now) {
    this.#windowMs = windowMs;
    this.#maxClients = maxClients;
    this.#now = now;
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  /** What is known of a client. */
  get(key: string): Count | undefined {
    const count = this.#counts.get(key);
    return count && count.resetTime.getTime() > this.#now() ? count : undefined;
  }

  /** One more request of a client. */
  increment(key: string): Count {
    const count = this.get(key);
    if (count) {
      count.totalHits++;
      return count;
    }
    this.#counts.delete(key);
    this.#makeRoom();
    const fresh = { totalHits: 1, resetTime: new Date(this.#now() + this.#windowMs) };
    this.#counts.set(key, fresh);
    return fresh;
  }

  /** Takes a request back. */
  decrement(key: string): void {
    const count = this.get(key);
    if (count) count.totalHits--;
  }

  /** Forgets a client. */
  resetKey(key: string): void {
    this.#counts.delete(key);
  }

  #makeRoom(): void {
    for (const [key, { resetTime }] of this.#counts) {
      const ended = resetTime.getTime() <= this.#now();
      if (!ended && this.#counts.size < this.#maxClients) return;
      this.#counts.delete(key);
    }
  }
}
