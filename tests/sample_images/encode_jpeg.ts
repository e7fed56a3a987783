import { Image } from "imagescript";
import type { Pixels } from "../../src/image/pixels.ts";

/**
 * Encodes RGB pixels as a baseline JPEG of quality 90.
 *
 * @param noiseAt Returns what to add to the red, green and blue of a pixel. @default none
 */
export async function encodeJpeg(
  { data, width, height }: Pixels,
  noiseAt: () => number = () => 0,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    const noise = noiseAt();
    for (let channel = 0; channel < 3; channel++) {
      image.bitmap[to + channel] = data[from + channel]! + noise; // The bitmap clamps.
    }
    image.bitmap[to + 3] = 255;
  }
  return new Uint8Array(await image.encodeJPEG(90));
}
