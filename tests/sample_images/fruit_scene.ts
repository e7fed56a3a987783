import type { Pixels } from "../../src/image/pixels.ts";
import { APPLE_SKIN, drawFruit, type Fruit, ORANGE_SKIN } from "./draw_fruit.ts";

/** Fruits of {@linkcode drawScene} at a height of 480; the model finds all but the green one. */
const FRUITS: readonly Fruit[] = [
  { x: 110, y: 180, radius: 80, skin: ORANGE_SKIN },
  { x: 300, y: 140, radius: 75, skin: APPLE_SKIN },
  { x: 500, y: 180, radius: 90, skin: ORANGE_SKIN },
  { x: 200, y: 360, radius: 85, skin: [120, 180, 40] },
  { x: 420, y: 370, radius: 80, skin: [240, 215, 40] },
];

/** Draws five fruits, for tests that need several objects. */
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

/** Reads the scene as a JPEG of 1920x1080, the size of a video frame; make/scene.ts drew it. */
export async function sceneJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL("scene.jpg", import.meta.url));
}
