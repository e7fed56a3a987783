import type { Detector } from "../ports/detector.ts";

/** State of a model: loading, ready with its detector, or failed. */
export type SlotState =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly detector: Detector }
  | { readonly status: "failed"; readonly error: Error };

/** State of one model, from the moment when its detector starts to load. */
export class DetectorSlot {
  /** Resolves once the state is `ready` or `failed`. Never rejects. */
  readonly settled: Promise<void>;
  #state: SlotState = { status: "loading" };

  /**
   * Creates the slot of model `id`.
   *
   * @param detector Detector of the model, or a promise for the detector of a model that is
   *   loading.
   */
  constructor(readonly id: string, detector: Detector | Promise<Detector>) {
    if (detector instanceof Promise) {
      this.settled = detector.then((ready) => this.#take(ready), (error) => this.#fail(error));
    } else {
      this.#take(detector);
      this.settled = Promise.resolve();
    }
  }

  /** Current state of the model. */
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
