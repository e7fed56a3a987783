import type { Detector } from "../ports/detector.ts";

/** State of a model: loading, ready with its detector, or failed. */
export type SlotState =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly detector: Detector }
  | { readonly status: "failed"; readonly error: Error };

/** Holder of the detector of one model and its state, from the start of loading on. */
export class DetectorSlot {
  /** Resolves, never rejects, once the state is no longer `loading`. */
  readonly settled: Promise<void>;
  #state: SlotState = { status: "loading" };

  /**
   * Creates a slot for model `id`.
   *
   * @param detector May be a promise while the model is loading.
   */
  constructor(readonly id: string, detector: Detector | Promise<Detector>) {
    if (detector instanceof Promise) {
      this.settled = detector.then((ready) => this.#take(ready), (error) => this.#fail(error));
    } else {
      this.#take(detector);
      this.settled = Promise.resolve();
    }
  }

  /** Current state. */
  get state(): SlotState {
    return this.#state;
  }

  #take(detector: Detector): void {
    this.#state = { status: "ready", detector };
    void detector.brokenDown?.then((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#state = {
      status: "failed",
      error: error instanceof Error ? error : new Error(String(error)),
    };
  }
}
