import type { AxisWeights } from "./axis_weights.ts";
import { PlainRowPasses } from "./plain_row_passes.ts";
import type { CreateRowPasses, ResamplingRule, RowPasses } from "./row_passes.ts";
import type { UprightView } from "./upright_view.ts";

/**
 * Resamples an image row by row, first along x, then along y, and normalises it.
 *
 * Each row of the image is resampled along x only once. A ring buffer keeps only the rows that the
 * next output row may need, so the memory does not depend on the height of the image.
 */
export class RowResampler {
  readonly #passes: RowPasses;
  readonly #rows: AxisWeights;
  /** `[rows.taps]` lines of the ring buffer for the current output row. */
  readonly #slots: Int32Array;
  /** Number of the next row of the image that goes into the ring buffer. */
  #next = 0;

  /**
   * Creates a resampler that starts at the top row of the image.
   *
   * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
   * @param createPasses Faster passes than those in TypeScript, if there are any.
   */
  constructor(view: UprightView, rule: ResamplingRule, createPasses?: CreateRowPasses) {
    this.#passes = createPasses?.(view, rule) ?? new PlainRowPasses(view, rule);
    this.#rows = rule.rows;
    this.#slots = new Int32Array(rule.rows.taps);
  }

  /**
   * Returns output row `y`. Rows must be requested from top to bottom.
   *
   * @returns `[3, columns]` red, green and blue, normalised. Every call overwrites and returns the
   *   same array.
   */
  row(y: number): Float32Array {
    const { start, taps } = this.#rows;
    const first = start[y]!;
    for (this.#next = Math.max(this.#next, first); this.#next < first + taps; this.#next++) {
      this.#passes.resampleLine(this.#next, this.#next % taps);
    }
    for (let tap = 0; tap < taps; tap++) this.#slots[tap] = (first + tap) % taps;
    return this.#passes.combineLines(y, this.#slots);
  }
}
