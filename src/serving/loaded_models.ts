import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";
import { DetectorSlot, type SlotState } from "./detector_slot.ts";

/** Options of {@linkcode LoadedModels}. */
export interface LoadedModelsOptions {
  /** Loads a model by its id. */
  readonly load: (id: string) => Promise<Detector>;
  /** Detectors that the caller has loaded already, by model id. */
  readonly preloaded: ReadonlyMap<string, Detector>;
  /** Maximum bytes of all loaded models together. */
  readonly budget: number;
  /**
   * Returns the bytes of memory that a loaded model takes. If this function throws, the load fails.
   */
  readonly memoryOf: (id: string) => number;
  /** Called after a model has loaded. */
  readonly onLoaded: (id: string, detector: Detector) => void;
  /** Called after a load has failed. */
  readonly onFailed: (id: string, error: unknown) => void;
}

/** Model that is loaded, is loading or could not be loaded. */
interface Entry {
  readonly slot: DetectorSlot;
  /** Number of leases: calls that use the detector now. A detector with leases stays open. */
  leases: number;
  /**
   * Called when no call uses the detector any more. Set only if the model is evicted while calls
   * still use the detector.
   */
  onIdle?: () => void;
}

/**
 * Models in memory, within a budget of bytes.
 *
 * If a new model does not fit the budget, the least recently used models are evicted. An evicted
 * model is closed only after its running calls have ended.
 */
export class LoadedModels {
  readonly #options: LoadedModelsOptions;
  /** Entries by model id, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  /**
   * Promise of the latest load. The next load waits until the latest load has ended. Otherwise,
   * both loads could count on the same free memory.
   */
  #lastLoad: Promise<unknown> = Promise.resolve();

  /**
   * Creates a list with no model in memory. The first `open()` or `use()` of an id adds the
   * preloaded model with this id.
   */
  constructor(options: LoadedModelsOptions) {
    this.#options = options;
  }

  /** Returns the state of a model, or undefined if the model is not in memory. */
  state(id: string): SlotState | undefined {
    return this.#entries.get(id)?.slot.state;
  }

  /** Marks a model as the most recently used. Starts to load a model that is not in memory. */
  open(id: string): DetectorSlot {
    return this.#entry(id).slot;
  }

  /**
   * Runs a task with the detector of a model. The detector stays open until the task ends.
   *
   * @throws {DomainError} `model-too-large`, if the model alone exceeds the budget;
   * `model-not-ready`, if the load failed for an unexpected reason; otherwise the error of the load
   * or of the task.
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

  /** Removes a model without closing its detector. The next use loads the model again. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  /** Removes all models. Closes each detector once its running calls have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.#evict(id)));
  }

  /** Returns the entry of a model and marks the entry as the most recently used. */
  #entry(id: string): Entry {
    const entry = this.#entries.get(id) ?? { slot: this.#load(id), leases: 0 };
    // A Map iterates in the order of insertion, so a new insertion moves the entry to the end.
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
    // Creates the slot before the callbacks are attached, so that the state of the slot has already
    // changed when the callbacks run.
    const slot = new DetectorSlot(id, loading);
    loading.then((loaded) => onLoaded(id, loaded), (error) => onFailed(id, error));
    return slot;
  }

  /** Evicts the least recently used models until model `id` fits the budget. */
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

  /** Removes a model, then closes its detector once no call uses the detector. */
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
