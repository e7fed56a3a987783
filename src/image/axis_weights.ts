/** Weights with which the input pixels of one axis make up each output pixel. */
export interface AxisWeights {
  /** Weights per output pixel. */
  readonly taps: number;
  /** `[outputs]` first input pixel of each output pixel. */
  readonly start: Int32Array;
  /** `[outputs, taps]`, each row with sum 1; unused taps are 0. */
  readonly weights: Float64Array;
}

/**
 * Computes bilinear weights of one axis with half-pixel centres.
 *
 * Without antialias each output blends two neighbours (`torch.nn.functional.interpolate` with
 * `bilinear`, `align_corners=False`). With antialias the triangle is as wide as the reduction
 * (Pillow, `BILINEAR`), so every input pixel counts when an image shrinks.
 *
 * @param inputs Input pixels of the axis.
 * @param outputs Output pixels of the axis.
 * @param scale Input pixels per output pixel; may differ from `inputs / outputs`, because the
 *   last pixel of a reduced image may stand for less than a whole one.
 * @param antialias True to widen the triangle when the image shrinks.
 * @param shift Input pixels added to the position of every output; see `tensor.ts` on mirrored
 *   images.
 * @param bits Fraction bits that weights are rounded to (Pillow uses 22), or null for no rounding.
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
  // At most this many whole numbers lie strictly within a triangle of half-width `width`.
  const taps = Math.min(inputs, Math.ceil(2 * width));
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
 * Fills the weights of one output pixel: a triangle of half-width `width` around `centre`, with
 * sum 1.
 *
 * Dividing by the sum repeats the edge pixel for the part of the triangle outside the image.
 */
function fillTriangle(weights: Float64Array, centre: number, width: number): void {
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) {
    const height = Math.max(0, 1 - Math.abs(tap - centre) / width);
    weights[tap] = height;
    sum += height;
  }
  // A side below half a pixel is raised to 1 pixel, whose centre may lie outside the image.
  if (sum === 0) weights[centre < 0 ? 0 : weights.length - 1] = 1;
  else for (let tap = 0; tap < weights.length; tap++) weights[tap]! /= sum;
}

/** Rounds weights to this many fraction bits. */
function roundTo(weights: Float64Array, bits: number): void {
  const one = 2 ** bits;
  for (let tap = 0; tap < weights.length; tap++) {
    weights[tap] = Math.floor(weights[tap]! * one + 0.5) / one;
  }
}
