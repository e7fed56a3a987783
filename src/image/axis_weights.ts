/** Which pixels of one axis make up each resampled pixel, and how much of it. */
export interface AxisWeights {
  /** Taps per output pixel. */
  readonly taps: number;
  /** First input pixel of each output pixel. */
  readonly start: Int32Array;
  /** `[outputs, taps]`; each row sums to 1, unused taps are 0. */
  readonly weights: Float32Array;
}

/**
 * Bilinear weights of one axis with half-pixel centres.
 *
 * Without antialias two neighbours are blended (`torch.nn.functional.interpolate`, bilinear,
 * `align_corners=False`). With antialias the triangle is as wide as the reduction (Pillow's
 * `BILINEAR`), so that every input pixel counts when an image shrinks.
 *
 * @param inputs Pixels of the axis that there are.
 * @param outputs Pixels of the axis that are wanted.
 * @param scale Input pixels per output pixel; not always `inputs / outputs`, as the last pixel of
 *   a reduced image may stand for less than a whole one.
 * @param shift Input pixels by which output 0 starts late; see `tensor.ts` on mirrored images.
 * @param bits Of the fraction that weights are rounded to, or null for as exact as they are.
 *
 * @example
 * ```ts
 * import { axisWeights } from "./axis_weights.ts";
 *
 * const { start, weights } = axisWeights(4, 2, 2, false);
 * // Output 0 is centred on 1 = (0 + 0.5) · 2, halfway between the centres of inputs 0 and 1.
 * if (start[0] !== 0 || weights[0] !== 0.5 || weights[1] !== 0.5) throw new Error("not half-pixel");
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
  // No more whole numbers than this lie strictly within a triangle of this width.
  const taps = Math.min(inputs, Math.ceil(2 * width));
  const start = new Int32Array(outputs);
  const weights = new Float32Array(outputs * taps);
  for (let output = 0; output < outputs; output++) {
    const centre = (output + 0.5) * scale - 0.5 + shift;
    const first = Math.max(0, Math.min(Math.floor(centre - width) + 1, inputs - taps));
    start[output] = first;
    weights.set(triangle(taps, centre - first, width, bits), output * taps);
  }
  return { taps, start, weights };
}

/**
 * A triangle of half-width `width` around `centre`, normalised to sum 1, which makes what lies
 * past the border repeat the edge.
 */
function triangle(taps: number, centre: number, width: number, bits: number | null): number[] {
  const heights = Array.from({ length: taps }, (_, tap) => {
    return Math.max(0, 1 - Math.abs(tap - centre) / width);
  });
  const sum = heights.reduce((total, height) => total + height, 0);
  // A side below half a pixel that became one looks past the last pixel there is.
  if (sum === 0) return heights.map((_, tap) => tap === (centre < 0 ? 0 : taps - 1) ? 1 : 0);
  const one = bits === null ? null : 2 ** bits;
  return heights.map((height) => {
    return one === null ? height / sum : Math.floor(height / sum * one + 0.5) / one;
  });
}
