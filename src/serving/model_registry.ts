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
  /** Ids of the models that load when the server starts. The first id is the default model. */
  readonly atStart: readonly string[];
  /** Errors of those models in `atStart` that have no valid manifest, by model id. */
  readonly faults?: ReadonlyMap<string, Error>;
  /** Loads a model by its id. */
  readonly load: (id: string) => Promise<Detector>;
  /**
   * Detectors that the caller has loaded already, by model id. Unset: no detector is loaded yet.
   */
  readonly loaded?: ReadonlyMap<string, Detector>;
  /**
   * Maximum bytes of all loaded models together. `modelMemory()` estimates the bytes of a model.
   * Unset: no limit.
   */
  readonly budget?: number;
  /**
   * Number of copies of each model in memory. Every worker has its own copy.
   *
   * @default 1
   */
  readonly copies?: number;
  /**
   * Milliseconds between a failed load and its first retry. The pause doubles with each retry.
   * Unset: a failed load is retried only if a file was missing, when the model is used next.
   */
  readonly retryMs?: number | undefined;
  /**
   * Returns a text that changes when a file of the model changes. The registry retries a model with
   * wrong files only after this text has changed. Unset: a model with wrong files is not retried.
   */
  readonly stampOf?: ((id: string) => Promise<string>) | undefined;
  /** Logs failed loads and their retries. Unset: no log. */
  readonly log?: ((message: string) => void) | undefined;
}

/** State of a model, or `idle` before its first use. */
export type ModelStatus = SlotState["status"] | "idle";

/**
 * Models of a server. The models in `atStart` load when the server starts, all other models at
 * their first use. The loaded models share a memory budget.
 *
 * A failed load is retried after a pause. If the files of the model were wrong, the retry waits
 * until one of the files changes. The registry retries a model in `atStart` by itself. Any other
 * model is retried by the next request for that model. A detector that crashes later is replaced
 * without a pause.
 */
export class ModelRegistry {
  /** Resolves once every model in `atStart` has loaded or failed to load. Never rejects. */
  readonly started: Promise<void>;
  /** Ids of the models that load when the server starts. */
  readonly atStart: readonly string[];
  readonly #manifests: ReadonlyMap<string, Manifest>;
  readonly #faults: ReadonlyMap<string, Error> | undefined;
  readonly #models: LoadedModels;
  readonly #retries: LoadRetries | undefined;
  /**
   * Models in `atStart` that are not ready. A model is not ready if it has not loaded yet, or if
   * its detector has crashed and has no replacement yet.
   */
  readonly #awaited: Set<string>;

  /** Starts to load the models in `atStart`. */
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

  /** Id of the model that answers requests without a model id. */
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
   * @throws {DomainError} `unknown-model`, with the ids of all models in the message. If the model
   * is in `atStart` and its manifest is invalid, the error of the manifest.
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

  /** Reason why the server is not ready for requests. Null: every model in `atStart` is ready. */
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
   * Runs a task with the detector of a model. The model stays in memory until the task ends.
   *
   * @throws {DomainError} `unknown-model`; `model-not-ready`, if the model is in `atStart` and is
   * still loading, or if a load failed for an unexpected reason; `model-too-large`, if the model
   * alone exceeds the memory budget; otherwise the error of the load or of the task.
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

  /**
   * Returns the error with which an image of this client would be refused now. Returns null if the
   * image would be accepted. A model that is not loaded refuses no image.
   */
  refusal(id: string, client: string): Error | null {
    const state = this.state(id);
    return state?.status === "ready" ? state.detector.refusal?.(client) ?? null : null;
  }

  /** Closes all models. First waits until all running loads and calls have ended. */
  async close(): Promise<void> {
    this.#retries?.close();
    await this.#models.close();
  }

  /**
   * Marks a model as ready. If the detector of the model crashes later, removes the detector. A
   * crashed model in `atStart` is reloaded immediately.
   */
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

  /**
   * Handles a failed load. Usually schedules a retry.
   *
   * If a file of a model outside `atStart` is missing, the registry forgets the model. The next use
   * of the model loads it again, because the file may exist by then. A model without a valid
   * manifest is never retried, because manifests are read only when the server starts.
   */
  #fail(id: string, error: unknown): void {
    if (!this.#manifests.has(id)) return;
    const isMissing = error instanceof DomainError && error.code === "unknown-model";
    if (isMissing && !this.#awaited.has(id)) this.#models.forget(id);
    else this.#retries?.failed(id, error);
  }

  /**
   * Removes a failed model, so that the next use of the model loads it again. A model in `atStart`
   * is reloaded immediately.
   */
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
 * Estimates the bytes of memory that a loaded model takes, for the budget of a registry.
 *
 * An engine in its own worker takes about 150 MB, even with a small graph. In addition, the engine
 * keeps a packed copy of the weights, and buffers that grow with the weights. The wasm and the
 * native engine were measured on two CPU cores. A graph of 12 MB (input side 320 px) took 100 to
 * 270 MB of memory. A graph of 136 MB (input side 800 px) took 690 and 860 MB of memory.
 */
export function modelMemory({ graph }: Pick<Manifest, "graph">): number {
  return 150_000_000 + 4 * graph.bytes;
}
