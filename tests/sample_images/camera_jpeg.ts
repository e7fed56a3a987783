import { Image } from "imagescript";
import type { Pixels } from "../../src/image/pixels.ts";
import { between, seededRandom } from "../random.ts";
import { drawFruit, type Fruit, ORANGE_SKIN } from "./draw_fruit.ts";

/** The orange that lies in {@linkcode cameraJpeg}. */
export const CAMERA_ORANGE: Fruit = { x: 1900, y: 1600, radius: 950, skin: ORANGE_SKIN };

/** A 12-megapixel JPEG as a phone takes it: 4000x3000, an orange, and a sensor's noise. */
export async function cameraJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  return await noisyJpeg(drawFruit(4000, 3000, [CAMERA_ORANGE]));
}

/** RGB pixels with noise of up to 6 of 255 either way, as a JPEG of quality 90. */
export async function noisyJpeg({ data, width, height }: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const random = seededRandom(12);
  const image = new Image(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    const noise = between(random, -6, 6);
    for (let channel = 0; channel < 3; channel++) {
      image.bitmap[to + channel] = data[from + channel] + noise; // which is clamped
    }
    image.bitmap[to + 3] = 255;
  }
  return new Uint8Array(await image.encodeJPEG(90));
}
