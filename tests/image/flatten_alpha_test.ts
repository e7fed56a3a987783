import { assertEquals } from "@std/assert";
import { flattenAlpha } from "../../src/image/flatten_alpha.ts";
import type { Pixels } from "../../src/image/pixels.ts";

function pixelsOf(channels: 1 | 3 | 4, ...bytes: readonly number[]): Pixels {
  const width = bytes.length / channels;
  return { data: Uint8Array.from(bytes), width, height: 1, channels, reduction: 1 };
}

function flattened(pixel: readonly number[], colour: readonly [number, number, number]): number[] {
  const pixels = pixelsOf(4, ...pixel);
  flattenAlpha(pixels, colour);
  return [...pixels.data];
}

const GREEN = [0, 255, 0] as const;

const CASES: readonly (readonly [
  claim: string,
  pixel: readonly number[],
  colour: readonly [number, number, number],
  expected: readonly number[],
])[] = [
  ["keeps an opaque pixel", [9, 99, 199, 255], GREEN, [9, 99, 199, 255]],
  ["shows the colour through a clear pixel", [9, 99, 199, 0], GREEN, [0, 255, 0, 255]],
  // Alpha 51 / 255 is 1/5: 100 · 1/5, 255 − 155/5, 50 · 1/5.
  ["blends by alpha", [100, 100, 50, 51], GREEN, [20, 224, 10, 255]],
  // 1 · 128 / 255 = 0.502 rounds up, 1 · 127 / 255 = 0.498 rounds down.
  ["rounds to nearest", [1, 0, 0, 128], [0, 0, 0], [1, 0, 0, 255]],
  ["rounds to nearest", [1, 0, 0, 127], [0, 0, 0], [0, 0, 0, 255]],
  // The mean colour of ImageNet.
  ["rounds a fractional colour", [0, 0, 0, 0], [123.675, 116.28, 103.53], [
    124,
    116,
    104,
    255,
  ]],
];

for (const [claim, pixel, colour, expected] of CASES) {
  Deno.test(`flattenAlpha() ${claim}: ${pixel.join(" ")} over ${colour.join(" ")}`, () => {
    assertEquals(flattened(pixel, colour), expected);
  });
}

Deno.test("flattenAlpha() does not change pixels without alpha", () => {
  for (const pixels of [pixelsOf(3, 1, 2, 3, 4, 5, 6), pixelsOf(1, 0, 0, 0, 0)]) {
    const before = pixels.data.slice();
    flattenAlpha(pixels, [200, 200, 200]);
    assertEquals(pixels.data, before);
  }
});

Deno.test("flattenAlpha() uses the alpha of each pixel", () => {
  const pixels = pixelsOf(4, 1, 2, 3, 255, 1, 2, 3, 0, 5, 6, 7, 255);
  flattenAlpha(pixels, [7, 8, 9]);
  assertEquals([...pixels.data], [1, 2, 3, 255, 7, 8, 9, 255, 5, 6, 7, 255]);
});

Deno.test("flattenAlpha() interpolates between pixel and colour for every alpha", () => {
  for (let alpha = 0; alpha < 256; alpha++) {
    for (const value of [0, 1, 100, 254, 255]) {
      const [red, green] = flattened([value, value, 0, alpha], [0, 255, 0]);
      assertEquals(red, Math.round(value * alpha / 255));
      assertEquals(green, Math.round(255 - (255 - value) * alpha / 255));
    }
  }
});

Deno.test("flattenAlpha() accepts an empty image", () => {
  const pixels = pixelsOf(4);
  flattenAlpha(pixels, GREEN);
  assertEquals(pixels.data.length, 0);
});
