import type { Detector } from "../ports/detector.ts";

/** Calls that a detector runs now. */
interface Load {
  /** True if the detector runs a long call: one that runs the graph several times. */
  long: boolean;
  /** True if the detector runs a short call: one that runs the graph once. */
  short: boolean;
  /** True if short calls have run beside the long call. */
  wasShared: boolean;
}

/**
 * Detectors of a pool, and the calls that they run.
 *
 * A detector runs one call at a time, with one exception: while it runs a long call, it also runs
 * short calls, one at a time. The long call pauses between its runs of the graph, so that a short
 * call waits for one run and not for all of them. Two calls at most keep their images in memory.
 */
export class DetectorSlots {
  /** Load of each detector. The detector that was free most recently comes last. */
  readonly #loads = new Map<Detector, Load>();
  readonly #hasRoomBeside: boolean;

  /**
   * Creates slots without detectors.
   *
   * @param hasRoomBeside False if a detector has memory for only one image, so that no short call
   *   may run beside a long call.
   */
  constructor(hasRoomBeside = true) {
    this.#hasRoomBeside = hasRoomBeside;
  }

  /** Detectors that have not crashed. */
  get detectors(): readonly Detector[] {
    return [...this.#loads.keys()];
  }

  /** Adds a detector without calls. */
  add(detector: Detector): void {
    this.#loads.set(detector, { long: false, short: false, wasShared: false });
  }

  /** Removes a detector that has crashed. */
  remove(detector: Detector): void {
    this.#loads.delete(detector);
  }

  /** Removes all detectors. */
  clear(): void {
    this.#loads.clear();
  }

  /** Returns true if a detector is free for a call. */
  hasRoom(isLong: boolean): boolean {
    return this.#find(isLong) !== undefined;
  }

  /** Returns a detector for a call and marks it as busy, or undefined if all are busy. */
  take(isLong: boolean): Detector | undefined {
    const [detector, load] = this.#find(isLong) ?? [];
    if (detector === undefined || load === undefined) return undefined;
    if (isLong) load.wasShared = false;
    else if (load.long) load.wasShared = true;
    load[isLong ? "long" : "short"] = true;
    return detector;
  }

  /**
   * Marks the end of a call. Does nothing if the detector has been removed.
   *
   * @returns True if other calls have run beside the call, so that its duration says little.
   */
  release(detector: Detector, isLong: boolean): boolean {
    const load = this.#loads.get(detector);
    if (load === undefined) return false;
    load[isLong ? "long" : "short"] = false;
    this.#loads.delete(detector);
    this.#loads.set(detector, load);
    return isLong && load.wasShared;
  }

  /** Prefers a detector without calls. Of several, takes the one that was free most recently. */
  #find(isLong: boolean): [Detector, Load] | undefined {
    const all = [...this.#loads];
    const free = all.findLast(([, { long, short }]) => !long && !short);
    if (free !== undefined || isLong || !this.#hasRoomBeside) return free;
    return all.findLast(([, { long, short }]) => long && !short);
  }
}
