import { drawFruit, type Fruit, ORANGE_SKIN } from "./draw_fruit.ts";
import { encodePng } from "./encode_png.ts";

/** Orange in {@linkcode fruitImage}. */
export const ORANGE: Fruit = { x: 300, y: 250, radius: 150, skin: ORANGE_SKIN };

let drawn: Uint8Array<ArrayBuffer> | undefined;

/** Returns a 640x480 PNG of one orange on a white table, drawn once and copied for each caller. */
export function fruitImage(): Uint8Array<ArrayBuffer> {
  drawn ??= encodePng(drawFruit(640, 480, [ORANGE]));
  return drawn.slice();
}
