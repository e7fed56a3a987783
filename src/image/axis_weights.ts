/**
 * Weights for resampling one axis of an image. Each output pixel is a weighted sum of neighbouring
 * input pixels.
 */
export interface AxisWeights {
  /** Number of weights (input pixels) per output pixel. */
  readonly taps: number;
  /** Index of the first input pixel for each output pixel. */
  readonly start: Int32Array;
  /** `[outputs, taps]` weights of each output pixel, with the sum 1. Unused weights are 0. */
  readonly weights: Float64Array;
}

/**
 * Computes the weights for bilinear resampling of one axis. Pixel `i` has its centre at `i + 0.5`.
 *
 * The weights form a triangle around the centre of each output pixel. Without antialias, the
 * triangle covers two input pixels (`torch.nn.functional.interpolate` with `bilinear`,
 * `align_corners=False`). With antialias, the width of the triangle is multiplied by `scale` when
 * the image shrinks, so that every input pixel counts (Pillow, `BILINEAR`).
 *
 * @param inputs Number of input pixels of the axis.
 * @param outputs Number of output pixels of the axis.
 * @param scale Number of input pixels per output pixel. Can differ from `inputs / outputs` if a JPEG
 *   was decoded at a reduced scale: its last pixel may cover fewer source pixels than the others.
 * @param antialias True to widen the triangle when the image shrinks.
 * @param shift Distance by which all output pixels are shifted, in input pixels. Used for mirrored
 *   images that were decoded at a reduced scale.
 * @param bits Number of binary digits after the point to which weights are rounded. Pillow uses 22.
 *   Null: no rounding.
 *
 * @example
 * ```ts
 * import { axisWeights } from "./axis_weights.ts";
 *
 * const { start, weights } = axisWeights(4, 2, 2, false);
 * // Output 0 is centred at (0 + 0.5) · 2 = 1, halfway between the centres of inputs 0 and 1.
 * const [first, second] = weights;
 * if (start[0] !== 0) throw new Error(`output 0 starts at input ${start[0]}`);
 * if (first !== 0.5 || second !== 0.5) throw new Error(`weights are ${first} and ${second}`);
 * ```
 */
export function axisWeights(
  inputs: number,
  outputs: number,
  scale: number,
  antialias: boolean,
  shift = 0,
  bits: number | null = null,
): AxisWeights {
  const width = antialias ? Math.max(1, scale) : 1;
  // Largest number of input pixels inside a triangle of half-width `width`. At the same size, each
  // triangle has its centre on one pixel and ends at the centres of the two pixels beside it.
  const isCopy = scale === 1 && shift === 0 && inputs >= outputs;
  const taps = isCopy ? 1 : Math.min(inputs, Math.ceil(2 * width));
  const start = new Int32Array(outputs);
  const weights = new Float64Array(outputs * taps);
  for (let output = 0; output < outputs; output++) {
    const centre = (output + 0.5) * scale - 0.5 + shift;
    const first = Math.max(0, Math.min(Math.floor(centre - width) + 1, inputs - taps));
    start[output] = first;
    const triangle = weights.subarray(output * taps, (output + 1) * taps);
    fillTriangle(triangle, centre - first, width);
    if (bits !== null) roundTo(triangle, bits);
  }
  return { taps, start, weights };
}

/**
 * Converts weights for a window (a range of pixels on an axis) to weights for the whole axis.
 * Pixels of the window outside the axis get no weight, so the sum of the weights can be less than
 * 1.
 *
 * @param first Position of the window's first pixel on the axis. Negative if the window begins
 *   before the axis.
 * @param inputs Number of input pixels of the axis.
 */
export function windowWeights(window: AxisWeights, first: number, inputs: number): AxisWeights {
  const taps = Math.min(window.taps, inputs);
  const start = window.start.map((at) => Math.max(0, Math.min(at + first, inputs - taps)));
  const weights = new Float64Array(start.length * taps);
  for (const [output, at] of start.entries()) {
    const from = window.start[output]! + first;
    for (let tap = 0; tap < taps; tap++) {
      const index = at + tap - from;
      if (index < 0 || index >= window.taps) continue;
      weights[output * taps + tap] = window.weights[output * window.taps + index]!;
    }
  }
  return { taps, start, weights };
}

/**
 * Computes the weights of one output pixel. The weights form a triangle of half-width `width`
 * around `centre` and have the sum 1.
 *
 * The part of the triangle outside the image is cut off. The other weights are increased to keep
 * the sum 1.
 */
function fillTriangle(weights: Float64Array, centre: number, width: number): void {
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) {
    const height = Math.max(0, 1 - Math.abs(tap - centre) / width);
    weights[tap] = height;
    sum += height;
  }
  // A side that is resized to less than half a pixel becomes 1 pixel. The centre of this pixel can
  // lie so far outside the image that all weights are 0. The nearest edge pixel is used in this
  // case.
  if (sum === 0) weights[centre < 0 ? 0 : weights.length - 1] = 1;
  else for (let tap = 0; tap < weights.length; tap++) weights[tap]! /= sum;
}

/** Rounds weights to `bits` binary digits after the point. */
function roundTo(weights: Float64Array, bits: number): void {
  const one = 2 ** bits;
  for (let tap = 0; tap < weights.length; tap++) {
    weights[tap] = Math.floor(weights[tap]! * one + 0.5) / one;
  }
}
