import type { Detector } from "../ports/detector.ts";

/** How far a model has come. */
export type SlotState =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly detector: Detector }
  | { readonly status: "failed"; readonly error: Error };

/** A place for a detector that is still loading, ready, or will never be. */
export class DetectorSlot {
  /** Settles, never rejects, once the state is no longer `loading`. */
  readonly settled: Promise<void>;
  #state: SlotState = { status: "loading" };

  /** Takes the place of the detector of model `id`, until it has loaded where that is to come. */
  constructor(readonly id: string, detector: Detector | Promise<Detector>) {
    if (detector instanceof Promise) {
      this.settled = detector.then((ready) => this.#take(ready), (error) => this.#fail(error));
    } else {
      this.#take(detector);
      this.settled = Promise.resolve();
    }
  }

  /** How far it has come by now. */
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
