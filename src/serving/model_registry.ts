import { DomainError } from "../core/domain_error.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Detector } from "../ports/detector.ts";
import type { SlotState } from "./detector_slot.ts";
import { LoadedModels } from "./loaded_models.ts";
import { LoadRetries } from "./load_retries.ts";

/** Options of a {@linkcode ModelRegistry}. */
export interface RegistryOptions {
  /** All models that clients can use. */
  readonly manifests: readonly Manifest[];
  /** Ids of the models that load at the start; the first one is the default model. */
  readonly atStart: readonly string[];
  /** Errors of the models in `atStart` without a valid manifest, by model id. */
  readonly faults?: ReadonlyMap<string, Error>;
  /** Loads a model by its id. */
  readonly load: (id: string) => Promise<Detector>;
  /** Detectors of models that are loaded already, by model id. */
  readonly loaded?: ReadonlyMap<string, Detector>;
  /** Maximum bytes of all loaded models together, as `modelMemory()` counts. Unset: no limit. */
  readonly budget?: number;
  /**
   * Number of copies of a model in memory, one per worker.
   *
   * @default 1
   */
  readonly copies?: number;
  /**
   * Milliseconds until a failed load is retried; doubled with each further retry. Unset: failed
   * loads are not retried, unless a file was missing.
   */
  readonly retryMs?: number | undefined;
  /**
   * Returns a text that changes when a file of a model changes, for retries of models with wrong
   * files. Unset: they are not retried.
   */
  readonly stampOf?: ((id: string) => Promise<string>) | undefined;
  /** Logs failed loads and their retries. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** State of a model, or `idle` before its first use. */
export type ModelStatus = SlotState["status"] | "idle";

/**
 * The models of a server. Some load at the start, the others on first use, within a memory budget.
 *
 * After a failed load, a model of the start is loaded again, and another one on its next use: after a
 * pause, or once a file has changed if its files were wrong. One that breaks down later is reloaded:
 * immediately if it belongs to the start, otherwise on its next use.
 */
export class ModelRegistry {
  /** Resolves, never rejects, once every model of the start has loaded or failed. */
  readonly started: Promise<void>;
  /** Ids of the models that load at the start. */
  readonly atStart: readonly string[];
  readonly #manifests: ReadonlyMap<string, Manifest>;
  readonly #faults: ReadonlyMap<string, Error> | undefined;
  readonly #models: LoadedModels;
  readonly #retries: LoadRetries | undefined;
  /** Models of the start that are not ready yet, for the first time or after a breakdown. */
  readonly #awaited: Set<string>;

  /** Starts to load the models of the start. */
  constructor(options: RegistryOptions) {
    const { manifests, atStart, faults, load, loaded, budget = Infinity, copies = 1 } = options;
    this.atStart = atStart;
    this.#manifests = new Map(manifests.map((manifest) => [manifest.id, manifest]));
    this.#faults = faults;
    this.#awaited = new Set(atStart.filter((id) => !loaded?.has(id)));
    this.#retries = retriesOf(options, (id) => this.#retry(id));
    this.#models = new LoadedModels({
      load: async (id) => {
        await this.#retries?.starts(id);
        return await load(id);
      },
      preloaded: loaded ?? new Map(),
      budget,
      memoryOf: (id) => copies * modelMemory(this.manifest(id)),
      onLoaded: (id, detector) => this.#watch(id, detector),
      onFailed: (id, error) => this.#fail(id, error),
    });
    const slots = atStart.map((id) => this.#models.open(id));
    this.started = Promise.all(slots.map((slot) => slot.settled)).then(() => {});
  }

  /** Id of the model for requests that name none. */
  get defaultModel(): string {
    return this.atStart[0] ?? "";
  }

  /** All models with their status. */
  get models(): { readonly manifest: Manifest; readonly status: ModelStatus }[] {
    return [...this.#manifests.values()].map((manifest) => {
      return { manifest, status: this.state(manifest.id)?.status ?? "idle" };
    });
  }

  /**
   * Returns the manifest of a model.
   *
   * @throws {DomainError} `unknown-model`, with the ids of all models; for a model of the start
   * without a valid manifest, the error of its manifest.
   */
  manifest(id: string): Manifest {
    const manifest = this.#manifests.get(id);
    if (manifest !== undefined) return manifest;
    const fault = this.#faults?.get(id);
    if (fault !== undefined) throw fault;
    const known = [...this.#manifests.keys()].join(", ") || "none";
    throw new DomainError("unknown-model", `Cannot use model "${id}" as there are only: ${known}`);
  }

  /** Returns the state of a model, or undefined before its first use. */
  state(id: string): SlotState | undefined {
    return this.#models.state(id);
  }

  /** Reason why the server is not ready for traffic, or null if it is. */
  get unreadiness(): string | null {
    for (const id of this.#awaited) {
      const state = this.state(id);
      const why = state?.status === "failed" ? state.error.message : "it is still loading";
      return `Model "${id}" is not ready: ${why}`;
    }
    for (const id of this.atStart) {
      const state = this.state(id);
      const why = state?.status === "ready" ? state.detector.unreadiness?.() : null;
      if (why) return `Model "${id}" is not ready: ${why}`;
    }
    return null;
  }

  /**
   * Runs a task with the detector of a model, which is not evicted before the task ends.
   *
   * @throws {DomainError} `unknown-model`; `model-not-ready`, while a model of the start is loading
   * or if it could not be loaded; `model-too-large`, if the model does not fit the budget;
   * otherwise the error of the load or the task.
   */
  async use<Result>(id: string, task: (detector: Detector) => Promise<Result>): Promise<Result> {
    this.manifest(id);
    if (this.#awaited.has(id) && this.state(id)?.status === "loading") {
      throw new DomainError(
        "model-not-ready",
        `Cannot use model "${id}": it is still loading, ask again soon`,
      );
    }
    return await this.#models.use(id, task);
  }

  /** Closes every model once it has loaded and its last call has ended. */
  async close(): Promise<void> {
    this.#retries?.close();
    await this.#models.close();
  }

  /** Marks a model as ready and reloads it, or lets its next use do that, when it breaks down. */
  #watch(id: string, detector: Detector): void {
    this.#awaited.delete(id);
    this.#retries?.succeeded(id);
    void detector.brokenDown?.then(() => {
      if (this.state(id)?.status !== "failed") return;
      this.#models.forget(id);
      if (!this.atStart.includes(id)) return;
      this.#awaited.add(id);
      this.#models.open(id);
    });
  }

  /** Forgets a load whose file was missing, since the file may arrive later; retries any other. */
  #fail(id: string, error: unknown): void {
    const isMissing = error instanceof DomainError && error.code === "unknown-model";
    if (isMissing && !this.#awaited.has(id)) this.#models.forget(id);
    else this.#retries?.failed(id, error);
  }

  /** Loads a model of the start again, or lets the next use do that. */
  #retry(id: string): void {
    if (this.state(id)?.status !== "failed") return;
    this.#models.forget(id);
    if (this.#awaited.has(id)) this.#models.open(id);
  }
}

function retriesOf(
  { retryMs, stampOf, log }: RegistryOptions,
  retry: (id: string) => void,
): LoadRetries | undefined {
  return retryMs === undefined
    ? undefined
    : new LoadRetries({ firstMs: retryMs, stampOf, log, retry });
}

/**
 * Estimates the bytes of a loaded model for a budget: about the growth of the process.
 *
 * An engine in its own worker takes some 150 MB with any graph. The engine keeps its own packed copy of
 * the weights, and buffers whose size grows with the weights. Measured on two cores, wasm and native: 100 to
 * 270 MB for a graph of 12 MB at 320 px, 690 and 860 MB for one of 136 MB at 800 px.
 */
export function modelMemory({ graph }: Pick<Manifest, "graph">): number {
  return 150_000_000 + 4 * graph.bytes;
}
