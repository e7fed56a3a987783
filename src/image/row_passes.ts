import type { AxisWeights } from "./axis_weights.ts";
import type { UprightView } from "./upright_view.ts";

/** Normalisation of samples to `gain · sample + bias`. */
export interface Normalisation {
  /** Gains of red, green and blue. */
  readonly gains: readonly [number, number, number];
  /** Biases of red, green and blue. */
  readonly biases: readonly [number, number, number];
}

/** Weights, rounding and normalisation of a resampling. */
export interface ResamplingRule extends Normalisation {
  /** Weights along x. */
  readonly columns: AxisWeights;
  /** Weights along y. */
  readonly rows: AxisWeights;
  /**
   * True: values are rounded to whole numbers after resampling along x, and again after resampling
   * along y.
   */
  readonly rounds: boolean;
}

/**
 * The two passes of a resampling, and the memory between them: a ring buffer of `rows.taps` lines. A
 * line is a row of the image that is already resampled along x.
 *
 * All implementations do the same operations in the same order, so their results are equal to the
 * last bit.
 */
export interface RowPasses {
  /**
   * Resamples a row of the image along x.
   *
   * @param y Row of the upright image.
   * @param slot Line of the ring buffer that receives the result.
   */
  resampleLine(y: number, slot: number): void;
  /**
   * Adds up lines with the weights of an output row, and normalises the sums.
   *
   * @param y Output row.
   * @param slots `[rows.taps]` lines of the ring buffer, one for each weight.
   * @returns `[3, columns]` red, green and blue. Every call overwrites and returns the same array.
   */
  combineLines(y: number, slots: Int32Array): Float32Array;
}

/**
 * Creates the passes of one resampling.
 *
 * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
 * @returns Undefined if this implementation cannot run here, or not with these rows.
 */
export type CreateRowPasses = (view: UprightView, rule: ResamplingRule) => RowPasses | undefined;
