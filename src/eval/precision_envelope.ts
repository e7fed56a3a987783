/**
 * Lifts each precision to the highest one at the same or a later rank.
 *
 * Precision zigzags as results are added; the envelope never rises, so that it says which precision
 * a recall can be had at (PASCAL VOC 2010; COCO, `accumulate`).
 *
 * @param precision `[N]` by rank.
 * @returns `[N]`, never rising.
 *
 * @example
 * ```ts
 * import { precisionEnvelope } from "./precision_envelope.ts";
 *
 * const envelope = precisionEnvelope(Float64Array.of(1, 0.5, 0.75, 0.25));
 * if (envelope.join() !== "1,0.75,0.75,0.25") throw new Error("the dip at rank 2 is filled");
 * ```
 */
export function precisionEnvelope(precision: Float64Array): Float64Array {
  const envelope = precision.slice();
  for (let rank = envelope.length - 2; rank >= 0; rank--) {
    envelope[rank] = Math.max(envelope[rank], envelope[rank + 1]);
  }
  return envelope;
}
