import type { Size } from "./size.ts";

/** `[4]` xyxy from 0–1 of the input's sides to input pixels, in place. */
export function toPixels(box: Float64Array, { width, height }: Size): void {
  box[0] *= width;
  box[1] *= height;
  box[2] *= width;
  box[3] *= height;
}
