import { DomainError } from "../core/domain_error.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Detector } from "../ports/detector.ts";
import { DetectorSlot, type SlotState } from "./detector_slot.ts";

/** What a registry is made of. */
export interface RegistryOptions {
  /** Every model that may be asked for. */
  readonly manifests: readonly Manifest[];
  /** Ids of the models that load at once; the first answers where none is asked for. */
  readonly atStart: readonly string[];
  /** Why models of the start have no usable manifest. */
  readonly faults?: ReadonlyMap<string, Error>;
  /** Loads a model by its id. */
  readonly load: (id: string) => Promise<Detector>;
  /** Detectors of models that need not be loaded, by their ids. */
  readonly loaded?: ReadonlyMap<string, Detector>;
  /** Bytes that the loaded models may take by `modelMemory`; no end where absent. */
  readonly budget?: number;
  /** How many times each model is held: once per worker (1). */
  readonly copies?: number;
}

/** How far a model has come: as a slot's state, or waiting for its first use. */
export type ModelStatus = SlotState["status"] | "idle";

/** A detector on the registry, and who uses it. */
interface Place {
  readonly slot: DetectorSlot;
  users: number;
  /** Called when the last user has gone, once somebody waits for that. */
  onIdle?: () => void;
}

/**
 * The models of a server: some load at the start, the others on first use, within a memory budget;
 * when it is spent, the one that was used least recently makes room once nobody uses it.
 *
 * A model that cannot load is not tried again, unless its file was missing. One that breaks down
 * later is loaded anew: at once if it was there from the start, on its next use otherwise.
 */
export class ModelRegistry {
  /** Settles, never rejects, once every model of the start has loaded or failed. */
  readonly started: Promise<void>;
  readonly #manifests: ReadonlyMap<string, Manifest>;
  readonly #options: RegistryOptions;
  /** Loaded or loading, in the order of their last use. */
  readonly #places = new Map<string, Place>();
  /** Models of the start that have yet to become ready, for the first time or again. */
  readonly #awaited: Set<string>;
  /** The end of the queue of loads: one at a time, so that the budget holds. */
  #lastLoad: Promise<unknown> = Promise.resolve();

  /** Starts to load the models of the start. */
  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#manifests = new Map(options.manifests.map((manifest) => [manifest.id, manifest]));
    this.#awaited = new Set(options.atStart.filter((id) => !options.loaded?.has(id)));
    const slots = options.atStart.map((id) => this.#place(id).slot);
    this.started = Promise.all(slots.map((slot) => slot.settled)).then(() => {});
  }

  /** Id of the model that answers where none is asked for. */
  get defaultModel(): string {
    return this.atStart[0] ?? "";
  }

  /** Ids of the models that load at once. */
  get atStart(): readonly string[] {
    return this.#options.atStart;
  }

  /** Every model with its status. */
  get models(): { readonly manifest: Manifest; readonly status: ModelStatus }[] {
    return [...this.#manifests.values()].map((manifest) => {
      return { manifest, status: this.state(manifest.id)?.status ?? "idle" };
    });
  }

  /**
   * The manifest of a model.
   *
   * @throws {DomainError} `unknown-model`, naming those that there are; what is wrong with the
   *   manifest of a model of the start.
   */
  manifest(id: string): Manifest {
    const manifest = this.#manifests.get(id);
    if (manifest !== undefined) return manifest;
    const fault = this.#options.faults?.get(id);
    if (fault !== undefined) throw fault;
    const known = [...this.#manifests.keys()].join(", ") || "none";
    throw new DomainError("unknown-model", `Cannot use model "${id}" as there are only: ${known}`);
  }

  /** How far a model has come, or undefined for one that waits for its first use. */
  state(id: string): SlotState | undefined {
    return this.#places.get(id)?.slot.state;
  }

  /** Why the server is not ready for traffic, or null if it is. */
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
   * Runs a task with a model's detector, which stays until the task has ended.
   *
   * @throws {DomainError} `unknown-model`; `model-not-ready` while a model of the start loads, or if
   *   it cannot; `model-too-large` if it does not fit the budget; whatever else loading fails with.
   */
  async use<Result>(id: string, task: (detector: Detector) => Promise<Result>): Promise<Result> {
    this.manifest(id);
    if (this.#awaited.has(id) && this.state(id)?.status === "loading") {
      throw new DomainError(
        "model-not-ready",
        `Cannot use model "${id}": it is still loading, ask again soon`,
      );
    }
    const place = this.#place(id);
    place.users++;
    try {
      return await task(await detectorIn(place.slot));
    } finally {
      if (--place.users === 0) place.onIdle?.();
    }
  }

  /** Frees every model once it has loaded. */
  async close(): Promise<void> {
    await Promise.all([...this.#places.keys()].map((id) => this.#evict(id)));
  }

  /** The place of a model, which becomes the one used last; a model without one starts to load. */
  #place(id: string): Place {
    const place = this.#places.get(id) ?? { slot: this.#load(id), users: 0 };
    this.#places.delete(id);
    this.#places.set(id, place);
    return place;
  }

  #load(id: string): DetectorSlot {
    const loaded = this.#options.loaded?.get(id);
    if (loaded !== undefined) return new DetectorSlot(id, loaded);
    const loading = this.#lastLoad.then(async () => {
      await this.#makeRoomFor(id);
      return await this.#options.load(id);
    });
    this.#lastLoad = loading.catch(() => {});
    const slot = new DetectorSlot(id, loading);
    loading.then((detector) => this.#welcome(id, detector), (error) => this.#forget(id, error));
    return slot;
  }

  #welcome(id: string, detector: Detector): void {
    this.#awaited.delete(id);
    void detector.brokenDown?.then(() => {
      if (this.state(id)?.status !== "failed") return;
      this.#places.delete(id);
      if (!this.#options.atStart.includes(id)) return;
      this.#awaited.add(id);
      this.#place(id);
    });
  }

  /** A file that was missing may come; any other failure stays. */
  #forget(id: string, error: unknown): void {
    const mayPass = error instanceof DomainError && error.code === "unknown-model";
    if (mayPass && !this.#awaited.has(id)) this.#places.delete(id);
  }

  /** Lets the models go that were used least recently, until one more fits. */
  async #makeRoomFor(id: string): Promise<void> {
    const { budget = Infinity } = this.#options;
    const needed = this.#memoryOf(id);
    if (needed > budget) {
      throw new DomainError(
        "model-too-large",
        `Cannot load model "${id}" as it takes about ${needed} bytes of memory and all models ` +
          `together may take ${budget}: raise MODEL_MEMORY`,
      );
    }
    const loaded = [...this.#places].filter(([, { slot }]) => slot.state.status === "ready")
      .map(([other]) => other);
    let used = loaded.reduce((sum, other) => sum + this.#memoryOf(other), 0);
    for (const other of loaded) {
      if (used + needed <= budget) break;
      used -= this.#memoryOf(other);
      await this.#evict(other);
    }
  }

  #memoryOf(id: string): number {
    return (this.#options.copies ?? 1) * modelMemory(this.manifest(id));
  }

  /** Takes a model off the registry, and frees it when its last user has gone. */
  async #evict(id: string): Promise<void> {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    await place.slot.settled;
    if (place.users > 0) await new Promise<void>((resolve) => place.onIdle = resolve);
    const { state } = place.slot;
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

/**
 * Bytes that a loaded model takes, for a budget: about what the process grows by.
 *
 * An engine in a worker of its own takes some 150 MB whatever the graph; weights are held as the
 * engine packs them, beside buffers that grow with them. Measured on two cores, wasm and native:
 * 100 to 270 MB for a graph of 12 MB at 320 px, 690 and 860 MB for one of 136 MB at 800 px.
 */
export function modelMemory({ graph }: Pick<Manifest, "graph">): number {
  return 150_000_000 + 4 * graph.bytes;
}
