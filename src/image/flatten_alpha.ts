import type { Pixels } from "./pixels.ts";

/**
 * Blends transparent pixels with a background colour, in place. Pixels without an alpha channel
 * stay unchanged.
 *
 * @param pixels Pixels to change. After the call, every alpha is 255.
 * @param colour Background colour: RGB, 0 to 255.
 */
export function flattenAlpha(pixels: Pixels, colour: readonly [number, number, number]): void {
  if (pixels.channels !== 4) return;
  const { data } = pixels;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 255) continue;
    for (let channel = 0; channel < 3; channel++) {
      const under = colour[channel]!;
      data[i + channel] = Math.round(under + (data[i + channel]! - under) * alpha / 255);
    }
    data[i + 3] = 255;
  }
}
