/** How box deltas are meant. */
export interface BoxCoder {
  /** `centre-size`: dx, dy in anchor sizes from the anchor's centre; dw, dh natural logarithms. */
  readonly kind: "centre-size";
  /** The deltas were multiplied by these for training. */
  readonly weights: readonly [number, number, number, number];
  /** Largest dw and dh that is believed, or null for none. */
  readonly clamp: number | null;
}

/**
 * Decodes box deltas against an anchor (paper, section 4; R-CNN, appendix C).
 *
 * @param deltas `[4]`, meaning set by `coder.kind`.
 * @param anchor `[4]` xyxy, input pixels.
 * @param out `[M, 4]` xyxy, input pixels, not clipped; row `row` is written.
 *
 * @example
 * ```ts
 * import { decodeBox } from "./box_coder.ts";
 *
 * const coder = { kind: "centre-size", weights: [1, 1, 1, 1], clamp: null } as const;
 * const out = new Float64Array(4);
 * decodeBox(coder, [0.5, 0, Math.log(2), 0], Float64Array.of(0, 0, 10, 10), out, 0);
 * // The centre moves by half a width to 10, and the width doubles to 20.
 * if (out.map(Math.round).join() !== "0,0,20,10") throw new Error(out.join());
 * ```
 */
export function decodeBox(
  coder: BoxCoder,
  deltas: readonly [number, number, number, number],
  anchor: Float64Array,
  out: Float64Array,
  row: number,
): void {
  const [wx, wy, ww, wh] = coder.weights;
  const limit = coder.clamp ?? Infinity;
  const width = anchor[2] - anchor[0];
  const height = anchor[3] - anchor[1];
  const x = anchor[0] + width / 2 + deltas[0] / wx * width;
  const y = anchor[1] + height / 2 + deltas[1] / wy * height;
  const halfWidth = Math.exp(Math.min(deltas[2] / ww, limit)) * width / 2;
  const halfHeight = Math.exp(Math.min(deltas[3] / wh, limit)) * height / 2;
  out[row * 4] = x - halfWidth;
  out[row * 4 + 1] = y - halfHeight;
  out[row * 4 + 2] = x + halfWidth;
  out[row * 4 + 3] = y + halfHeight;
}
