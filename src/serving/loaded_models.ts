import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";
import { DetectorSlot, type SlotState } from "./detector_slot.ts";

/** Options of {@linkcode LoadedModels}. */
export interface LoadedModelsOptions {
  /** Loads a model by its id. */
  readonly load: (id: string) => Promise<Detector>;
  /** Detectors of models that are loaded already, by model id. */
  readonly preloaded: ReadonlyMap<string, Detector>;
  /** Maximum bytes of all loaded models together. */
  readonly budget: number;
  /** Returns the bytes of a loaded model. An error that it throws fails the load. */
  readonly memoryOf: (id: string) => number;
  /** Called after a model has loaded. */
  readonly onLoaded: (id: string, detector: Detector) => void;
  /** Called after a load has failed. */
  readonly onFailed: (id: string, error: unknown) => void;
}

/** A model that is loaded, is loading or could not be loaded. */
interface Entry {
  readonly slot: DetectorSlot;
  /** Number of calls that use the detector. */
  leases: number;
  /** Called when the last lease ends. Unset: no eviction waits for that. */
  onIdle?: () => void;
}

/**
 * The models of a registry that are in memory, within a budget.
 *
 * A model that does not fit evicts the least recently used ones, each after its last lease.
 */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  /** Entries by model id, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  /** Last load in the queue. Models load one at a time, otherwise two could exceed the budget. */
  #lastLoad: Promise<unknown> = Promise.resolve();

  /** Starts without any model; a preloaded one is added when it is opened. */
  constructor(options: LoadedModelsOptions) {
    this.#options = options;
  }

  /** Returns the state of a model, or undefined if it is not in memory. */
  state(id: string): SlotState | undefined {
    return this.#entries.get(id)?.slot.state;
  }

  /** Starts to load a model that is not in memory, and marks it as the most recently used. */
  open(id: string): DetectorSlot {
    return this.#entry(id).slot;
  }

  /**
   * Runs a task with the detector of a model, which is not evicted before the task ends.
   *
   * @throws {DomainError} `model-too-large`, if the model does not fit the budget;
   * `model-not-ready`, if it could not be loaded; otherwise the error of the load or the task.
   */
  async use<Result>(id: string, task: (detector: Detector) => Promise<Result>): Promise<Result> {
    const entry = this.#entry(id);
    entry.leases++;
    try {
      return await task(await detectorIn(entry.slot));
    } finally {
      if (--entry.leases === 0) entry.onIdle?.();
    }
  }

  /** Removes a model without closing it, so that its next use loads it again. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  /** Evicts all models. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.#evict(id)));
  }

  /** Returns the entry of a model, now the most recently used; loads a model without one. */
  #entry(id: string): Entry {
    const entry = this.#entries.get(id) ?? { slot: this.#load(id), leases: 0 };
    // The order of a map is that of insertion.
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  #load(id: string): DetectorSlot {
    const { preloaded, load, onLoaded, onFailed } = this.#options;
    const detector = preloaded.get(id);
    if (detector !== undefined) return new DetectorSlot(id, detector);
    const loading = this.#lastLoad.then(async () => {
      await this.#makeRoomFor(id);
      return await load(id);
    });
    this.#lastLoad = loading.catch(() => {});
    // The slot comes first, so that both callbacks see its new state.
    const slot = new DetectorSlot(id, loading);
    loading.then((loaded) => onLoaded(id, loaded), (error) => onFailed(id, error));
    return slot;
  }

  /** Evicts the least recently used models until one more fits. */
  async #makeRoomFor(id: string): Promise<void> {
    const { budget, memoryOf } = this.#options;
    const needed = memoryOf(id);
    if (needed > budget) {
      throw new DomainError(
        "model-too-large",
        `Cannot load model "${id}" as it takes about ${needed} bytes of memory and all models ` +
          `together may take ${budget}: raise MODEL_MEMORY`,
      );
    }
    const loaded = [...this.#entries].filter(([, { slot }]) => slot.state.status === "ready")
      .map(([other]) => other);
    let used = loaded.reduce((sum, other) => sum + memoryOf(other), 0);
    for (const other of loaded) {
      if (used + needed <= budget) break;
      used -= memoryOf(other);
      await this.#evict(other);
    }
  }

  /** Removes a model, then closes its detector after the last lease. */
  async #evict(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    await entry.slot.settled;
    if (entry.leases > 0) await new Promise<void>((resolve) => entry.onIdle = resolve);
    const { state } = entry.slot;
    if (state.status === "ready") await state.detector.close();
  }
}

async function detectorIn(slot: DetectorSlot): Promise<Detector> {
  await slot.settled;
  const { state } = slot;
  if (state.status === "ready") return state.detector;
  const error = state.status === "failed" ? state.error : new Error("it is still loading");
  if (error instanceof DomainError) throw error;
  throw new DomainError("model-not-ready", `Cannot use model "${slot.id}": ${error.message}`);
}
