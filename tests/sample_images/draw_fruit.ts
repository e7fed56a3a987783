import type { Pixels } from "../../src/image/pixels.ts";

/** Round fruit, in source pixels. */
export interface Fruit {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** RGB of the skin, 0–255. */
  readonly skin: readonly [number, number, number];
}

/** Skin of an orange. */
export const ORANGE_SKIN = [244, 140, 22] as const;
/** Skin of a red apple. */
export const APPLE_SKIN = [200, 30, 35] as const;

/**
 * Draws fruits as lit spheres on a white table, real enough for a detector.
 *
 * Lambert shading from the upper left, a highlight, a dimpled skin and a soft shadow.
 *
 * @returns RGB pixels.
 */
export function drawFruit(width: number, height: number, fruits: readonly Fruit[]): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(colourAt(x + 0.5, y + 0.5, height, fruits), (y * width + x) * 3);
    }
  }
  return { data, width, height, channels: 3, reduction: 1 };
}

function colourAt(x: number, y: number, height: number, fruits: readonly Fruit[]): number[] {
  const fruit = fruits.find((each) => Math.hypot(x - each.x, y - each.y) < each.radius);
  if (fruit !== undefined) return skinAt(x, y, fruit);
  const table = 250 - 12 * (y / height);
  const shade = fruits.reduce((light, each) => light * shadowAt(x, y, each), 1);
  return [table * shade, (table - 1) * shade, (table - 3) * shade];
}

function skinAt(x: number, y: number, { x: cx, y: cy, radius, skin }: Fruit): number[] {
  const nx = (x - cx) / radius;
  const ny = (y - cy) / radius;
  const nz = Math.sqrt(Math.max(0, 1 - nx * nx - ny * ny));
  const dimple = 0.05 * Math.sin(nx * 61 + 3 * Math.sin(ny * 47)) * Math.sin(ny * 57);
  const light = Math.max(0, -0.45 * nx - 0.6 * ny + 0.66 * nz + dimple);
  const glint = 130 * Math.max(0, -0.35 * nx - 0.45 * ny + 0.82 * nz) ** 40;
  return skin.map((value) => Math.min(255, value * (0.38 + 0.72 * light) + glint));
}

/** Returns the share of the light that reaches the table; the shadow is a blurred ellipse. */
function shadowAt(x: number, y: number, { x: cx, y: cy, radius }: Fruit): number {
  const dx = (x - cx - radius * 0.25) / (radius * 1.15);
  const dy = (y - cy - radius * 0.85) / (radius * 0.32);
  return 1 - 0.45 * Math.exp(-1.6 * (dx * dx + dy * dy));
}
