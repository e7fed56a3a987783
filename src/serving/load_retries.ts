import { DomainError, type ErrorCode } from "../core/domain_error.ts";

/** Options of {@linkcode LoadRetries}. */
export interface LoadRetriesOptions {
  /** Milliseconds until the first retry; doubled with each further one. */
  readonly firstMs: number;
  /**
   * Returns a text that changes when a file of a model changes. Unset: models with wrong files are
   * not retried.
   */
  readonly stampOf?: ((id: string) => Promise<string>) | undefined;
  /** Called when it is time to load a model again. */
  readonly retry: (id: string) => void;
  /** Logs the failures. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** A failed load. */
interface Failure {
  /** Milliseconds until the next retry. */
  readonly pauseMs: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Maximum milliseconds between two retries. */
const MAX_PAUSE_MS = 30_000;

/** Errors that the files of a model cause. The same files cause them again. */
const FILE_FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unknown-model",
  "manifest-invalid",
  "graph-mismatch",
  "model-too-large",
]);

/**
 * Retries failed loads after pauses that grow.
 *
 * A load that timed out, a worker that crashed or an engine that did not start may work the next
 * time. A model with wrong files is loaded again when one of them has changed.
 */
export class LoadRetries {
  readonly #options: LoadRetriesOptions;
  /** Failures that wait for their retry, by model id. */
  readonly #failures = new Map<string, Failure>();
  /** Stamps of the files that were loaded last, by model id. */
  readonly #stamps = new Map<string, string>();
  #isClosed = false;

  /** Creates an object without failures. */
  constructor(options: LoadRetriesOptions) {
    this.#options = options;
  }

  /** Remembers the files of a model. Call it before each load. */
  async starts(id: string): Promise<void> {
    const { stampOf } = this.#options;
    if (stampOf !== undefined) this.#stamps.set(id, await stampOf(id));
  }

  /** Forgets the failures of a model that has loaded. */
  succeeded(id: string): void {
    if (this.#failures.delete(id)) this.#options.log?.(`Model "${id}" has loaded after all`);
  }

  /** Plans the retry of a load that failed. */
  failed(id: string, error: unknown): void {
    const waitsForFiles = error instanceof DomainError && FILE_FAULTS.has(error.code);
    if (waitsForFiles && this.#options.stampOf === undefined) return;
    const pauseMs = this.#plan(id, waitsForFiles);
    if (pauseMs === undefined) return;
    const next = waitsForFiles ? "when a file of it has changed" : `in ${pauseMs / 1000} s`;
    this.#options.log?.(
      `Model "${id}" did not load and is tried again ${next}: ${(error as Error).message}`,
    );
  }

  /** Cancels all retries. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#failures.values()) clearTimeout(timer);
    this.#failures.clear();
  }

  /** Starts the timer of a retry and returns its milliseconds, or undefined if it is closed. */
  #plan(id: string, waitsForFiles: boolean): number | undefined {
    if (this.#isClosed) return undefined;
    const last = this.#failures.get(id)?.pauseMs;
    const pauseMs = last === undefined ? this.#options.firstMs : Math.min(2 * last, MAX_PAUSE_MS);
    const timer = setTimeout(() => void this.#retry(id, waitsForFiles), pauseMs);
    this.#failures.set(id, { pauseMs, timer });
    return pauseMs;
  }

  async #retry(id: string, waitsForFiles: boolean): Promise<void> {
    if (waitsForFiles && await this.#options.stampOf?.(id) === this.#stamps.get(id)) {
      this.#plan(id, waitsForFiles);
    } else if (!this.#isClosed) this.#options.retry(id);
  }
}
