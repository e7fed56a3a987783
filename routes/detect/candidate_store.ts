import type { KeptCandidates } from "../../src/ports/detector.ts";

/** Options of a {@linkcode CandidateStore}. */
export interface CandidateStoreOptions {
  /** Maximum bytes of all candidates together. */
  readonly maxBytes: number;
  /** Milliseconds until candidates are dropped. */
  readonly ttlMs: number;
  /**
   * Returns the milliseconds of a monotonic clock.
   *
   * @default performance.now
   */
  readonly now?: (() => number) | undefined;
  /**
   * Returns the milliseconds of the wall clock, for the date in the response.
   *
   * @default Date.now
   */
  readonly wallNow?: (() => number) | undefined;
}

/** Client for which candidates are kept. */
export interface Keeper {
  /** API key or network of the client. One client can take half of the store. */
  readonly client: string;
  /** Name of the API key. Only this key may use the token. Undefined: the server needs no keys. */
  readonly key: string | undefined;
}

/** Token of kept candidates. */
export interface Kept {
  /** Random text that names the candidates. */
  readonly token: string;
  /** Time after which the candidates are dropped. */
  readonly expires: Date;
}

/** Candidates in the store. */
interface Entry extends Keeper {
  readonly candidates: KeptCandidates;
  readonly bytes: number;
  /** Time after which the candidates are dropped, by the monotonic clock. */
  readonly end: number;
}

/**
 * Bytes that are counted for each entry in addition to its arrays. An entry without candidates takes
 * about 700 bytes.
 */
const OVERHEAD = 1024;

/** Random bytes of a token: 192 bits, which nobody can guess. */
const TOKEN_BYTES = 24;

/**
 * Keeps the candidates of images for some minutes, in bounded memory.
 *
 * When the memory is full, the least recently used candidates are evicted: those of the same client
 * if it would take more than half of the memory, otherwise those of any client.
 *
 * tiny-lru bounds the number of entries and not their bytes, so the order is that of a `Map` here.
 */
export class CandidateStore {
  readonly #options: CandidateStoreOptions;
  readonly #now: () => number;
  /** Entries by token, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;

  /** Creates an empty store. */
  constructor(options: CandidateStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Number of bytes that the candidates in the store take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Milliseconds until candidates are dropped. */
  get ttlMs(): number {
    return this.#options.ttlMs;
  }

  /**
   * Stores the candidates of an image, and evicts others to make room.
   *
   * @throws {RangeError} If the candidates alone take more than half of the memory.
   */
  keep(given: KeptCandidates, { client, key }: Keeper): Kept {
    const { maxBytes, ttlMs, wallNow = Date.now } = this.#options;
    this.#dropExpired();
    const candidates = compact(given);
    const bytes = bytesOf(candidates);
    if (bytes > maxBytes / 2) {
      throw new RangeError(
        `Cannot keep candidates as they must take at most ${
          maxBytes / 2
        } bytes: they take ${bytes}`,
      );
    }
    while ((this.#bytesOf.get(client) ?? 0) + bytes > maxBytes / 2) this.#evictFirst(client);
    while (this.#bytes + bytes > maxBytes) this.#evictFirst();
    const token = newToken();
    this.#entries.set(token, { candidates, client, key, bytes, end: this.#now() + ttlMs });
    this.#count(client, bytes);
    return { token, expires: new Date(wallNow() + ttlMs) };
  }

  /**
   * Returns the candidates of a token. Returns undefined if the token is unknown, expired, or not of
   * this API key.
   */
  get(token: string, key: string | undefined): KeptCandidates | undefined {
    this.#dropExpired();
    const entry = this.#entries.get(token);
    if (entry === undefined || entry.key !== key) return undefined;
    this.#entries.delete(token);
    this.#entries.set(token, entry); // the entry is now the last one to be evicted
    return entry.candidates;
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [token, { end }] of this.#entries) if (end <= now) this.#drop(token);
  }

  /** Drops the least recently used entry, or that of one client. */
  #evictFirst(client?: string): void {
    for (const [token, entry] of this.#entries) {
      if (client === undefined || entry.client === client) return this.#drop(token);
    }
  }

  #drop(token: string): void {
    const entry = this.#entries.get(token);
    if (entry === undefined) return;
    this.#entries.delete(token);
    this.#count(entry.client, -entry.bytes);
  }

  #count(client: string, bytes: number): void {
    const held = (this.#bytesOf.get(client) ?? 0) + bytes;
    this.#bytes += bytes;
    if (held > 0) this.#bytesOf.set(client, held);
    else this.#bytesOf.delete(client);
  }
}

/**
 * Copies the arrays of candidates. An array that a worker sent can be a view of its whole message,
 * which would stay in memory.
 */
function compact(candidates: KeptCandidates): KeptCandidates {
  const { boxes, values, classIds, levels, anchors } = candidates;
  return {
    ...candidates,
    boxes: boxes.slice(),
    values: values.slice(),
    classIds: classIds.slice(),
    levels: levels.slice(),
    anchors: anchors.slice(),
  };
}

/** Returns the bytes that the candidates of an image take in the store. */
function bytesOf({ boxes, values, classIds, levels, anchors }: KeptCandidates): number {
  return [boxes, values, classIds, levels, anchors]
    .reduce((sum, { byteLength }) => sum + byteLength, OVERHEAD);
}

function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
