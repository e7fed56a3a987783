/**
 * Keeps the best of many (value, index) pairs, at most `capacity` pairs. Stores the pairs in a
 * min-heap of bounded size.
 *
 * A pair that is worse than all kept pairs costs one comparison. Higher values are better. Of two
 * pairs with equal values, the one with the lower index is better. Therefore, the result does not
 * depend on the order in which pairs are offered.
 *
 * @example
 * ```ts
 * import { TopK } from "./top_k.ts";
 *
 * const top = new TopK(2);
 * [3, 9, 9, 1].forEach((value, index) => top.offer(value, index));
 * // Both nines, the lower index first.
 * if (top.sorted().join() !== "1,2") throw new Error(top.sorted().join());
 * ```
 */
export class TopK {
  readonly #values: Float64Array;
  readonly #indices: Float64Array;
  #size = 0;

  /**
   * Allocates space for the best `capacity` pairs.
   *
   * @throws {RangeError} If `capacity` is not a positive integer.
   */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot keep the best as at least 1 must be kept: current value is ${capacity}`,
      );
    }
    this.#values = new Float64Array(capacity);
    this.#indices = new Float64Array(capacity);
  }

  /** Adds a pair if it is among the best `capacity` pairs so far. Ignores a NaN value. */
  offer(value: number, index: number): void {
    if (this.#size < this.#values.length) {
      if (!Number.isNaN(value)) this.#siftUp(this.#size++, value, index);
    } else if (value >= this.#values[0]! && this.#isWorse(0, value, index)) {
      this.#siftDown(value, index);
    }
  }

  /** Returns the indices of the kept pairs, best first. */
  sorted(): number[] {
    const slots = Array.from({ length: this.#size }, (_, slot) => slot);
    slots.sort((a, b) => this.#isWorse(a, this.#values[b]!, this.#indices[b]!) ? 1 : -1);
    return slots.map((slot) => this.#indices[slot]!);
  }

  /** Returns true if the pair in `slot` is worse than the given pair. */
  #isWorse(slot: number, value: number, index: number): boolean {
    const kept = this.#values[slot]!;
    return kept < value || (kept === value && this.#indices[slot]! > index);
  }

  /**
   * Inserts a pair into the heap. Starts at the free slot `hole` and moves the pair towards the
   * root.
   */
  #siftUp(hole: number, value: number, index: number): void {
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.#isWorse(parent, value, index)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, value, index);
  }

  /**
   * Replaces the root of the heap, which is the worst kept pair, by a new pair. Moves the new pair
   * towards the leaves.
   */
  #siftDown(value: number, index: number): void {
    let hole = 0;
    for (let child = 1; child < this.#size; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < this.#size && this.#isWorse(right, this.#values[child]!, this.#indices[child]!)) {
        child = right;
      }
      if (!this.#isWorse(child, value, index)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, value, index);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#values[from]!, this.#indices[from]!);
  }

  #put(slot: number, value: number, index: number): void {
    this.#values[slot] = value;
    this.#indices[slot] = index;
  }
}
