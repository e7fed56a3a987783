import { DomainError, type ErrorCode } from "../core/domain_error.ts";

/** Options of {@linkcode LoadRetries}. */
export interface LoadRetriesOptions {
  /** Milliseconds between a failed load and its first retry. The pause doubles with each retry. */
  readonly firstMs: number;
  /**
   * Returns a stamp: a text that changes when a file of the model changes. Unset: a model with
   * wrong files is not retried.
   */
  readonly stampOf?: ((id: string) => Promise<string>) | undefined;
  /** Loads a model again. Called when the pause after a failed load is over. */
  readonly retry: (id: string) => void;
  /** Logs each failed load, and each load that succeeds after a failed load. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** Failed load that waits for its retry. */
interface Failure {
  /** Milliseconds between the failed load and its retry. */
  readonly pauseMs: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Maximum milliseconds between two retries. */
const MAX_PAUSE_MS = 30_000;

/** Errors that come from wrong files of a model. A retry with the same files would fail again. */
const FILE_FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unknown-model",
  "manifest-invalid",
  "graph-mismatch",
  "model-too-large",
]);

/**
 * Retries the failed loads of models, with a longer pause after each failure.
 *
 * A retry can help after a timeout, a crash of the worker or a failed start of the engine. A model
 * with wrong files is loaded again only after one of its files has changed.
 */
export class LoadRetries {
  readonly #options: LoadRetriesOptions;
  /** Failed loads, by model id. */
  readonly #failures = new Map<string, Failure>();
  /**
   * Stamps of the model files at the last load, by model id. A stamp changes when a file changes.
   */
  readonly #stamps = new Map<string, string>();
  #isClosed = false;

  /** Creates an empty list of failed loads. */
  constructor(options: LoadRetriesOptions) {
    this.#options = options;
  }

  /**
   * Stores the stamp of a model's files (a text that changes when a file changes). Must be called
   * before each load.
   */
  async starts(id: string): Promise<void> {
    const { stampOf } = this.#options;
    if (stampOf !== undefined) this.#stamps.set(id, await stampOf(id));
  }

  /** Ends the retries of a model that has loaded. */
  succeeded(id: string): void {
    if (this.#failures.delete(id)) this.#options.log?.(`Model "${id}" has loaded after all`);
  }

  /** Schedules the retry of a failed load. */
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

  /**
   * Starts the timer of a retry. Returns the pause before the retry in milliseconds, or undefined
   * after `close()`.
   */
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
