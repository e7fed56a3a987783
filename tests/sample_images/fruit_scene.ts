import type { Pixels } from "../../src/image/pixels.ts";
import { APPLE_SKIN, drawFruit, type Fruit, ORANGE_SKIN } from "./draw_fruit.ts";
import { encodeJpeg } from "./encode_jpeg.ts";

/** Fruits of {@linkcode drawScene} at a height of 480; the model finds all but the green one. */
const FRUITS: readonly Fruit[] = [
  { x: 110, y: 180, radius: 80, skin: ORANGE_SKIN },
  { x: 300, y: 140, radius: 75, skin: APPLE_SKIN },
  { x: 500, y: 180, radius: 90, skin: ORANGE_SKIN },
  { x: 200, y: 360, radius: 85, skin: [120, 180, 40] },
  { x: 420, y: 370, radius: 80, skin: [240, 215, 40] },
];

/** Draws five fruits, for what a test wants to find several objects in. */
export function drawScene(width: number, height: number): Pixels {
  const scale = height / 480;
  const fruits = FRUITS.map(({ x, y, radius, skin }) => ({
    x: x * scale,
    y: y * scale,
    radius: radius * scale,
    skin,
  }));
  return drawFruit(width, height, fruits);
}

/** Draws the scene as a JPEG of a phone's screen or a video frame: 1920x1080. */
export async function sceneJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  return await encodeJpeg(drawScene(1920, 1080));
}
