import type { Pixels } from "../../src/image/pixels.ts";
import { between, seededRandom } from "../random.ts";
import { drawFruit, type Fruit, ORANGE_SKIN } from "./draw_fruit.ts";
import { encodeJpeg } from "./encode_jpeg.ts";

/** Orange in {@linkcode cameraJpeg}. */
export const CAMERA_ORANGE: Fruit = { x: 1900, y: 1600, radius: 950, skin: ORANGE_SKIN };

/** Draws an orange as a phone's 12-megapixel JPEG: 4000x3000, with a sensor's noise. */
export async function cameraJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  return await noisyJpeg(drawFruit(4000, 3000, [CAMERA_ORANGE]));
}

/** Encodes RGB pixels as a JPEG of quality 90, with noise of up to 6 of 255 either way. */
export async function noisyJpeg(image: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const random = seededRandom(12);
  return await encodeJpeg(image, () => between(random, -6, 6));
}
