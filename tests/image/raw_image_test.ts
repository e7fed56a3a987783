import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import { type RawImage, rawPixels } from "../../src/image/raw_image.ts";
import { assertDomainError } from "../testing.ts";

const LIMITS = { maxPixels: 100, maxDecodedBytes: 100 };

function pixelsOf(data: unknown, width: unknown, height: unknown, limits = LIMITS) {
  return rawPixels({ data, width, height } as RawImage, limits);
}

for (const channels of [1, 3, 4] as const) {
  Deno.test(`rawPixels() infers ${channels} channels from the length and copies nothing`, () => {
    const data = new Uint8Array(6 * channels).fill(255);
    const pixels = pixelsOf(data, 3, 2);
    assertEquals(pixels, { data, width: 3, height: 2, channels, reduction: 1 });
    assertStrictEquals(pixels.data.buffer, data.buffer);
  });
}

Deno.test("rawPixels() accepts clamped bytes and a part of a buffer", () => {
  const { data } = pixelsOf(Uint8ClampedArray.of(9, 1, 2, 3, 9).subarray(1, 4), 1, 1);
  assertEquals(data, Uint8Array.of(1, 2, 3));
});

Deno.test("rawPixels() copies an image with a transparent pixel, because it is flattened in place", () => {
  const data = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 254);
  const pixels = pixelsOf(data, 2, 1);
  assertEquals(pixels.data, data);
  pixels.data.fill(0);
  assertEquals(data[0], 1);
});

const CASES: readonly (readonly [
  claim: string,
  call: () => unknown,
  code: ErrorCode,
  words: string,
])[] = [
  [
    "two bytes per pixel",
    () => pixelsOf(new Uint8Array(12), 3, 2),
    "corrupt-image",
    "12",
  ],
  ["padding between rows", () => pixelsOf(new Uint8Array(20), 3, 2), "corrupt-image", "20 bytes"],
  ["no pixels", () => pixelsOf(new Uint8Array(0), 3, 2), "no-image", "at least 1 byte"],
  ["a side of 0", () => pixelsOf(new Uint8Array(6), 0, 2), "corrupt-image", "width"],
  ["a side of 1.5", () => pixelsOf(new Uint8Array(6), 4, 1.5), "corrupt-image", "value is 1.5"],
  [
    "a side that is not a number",
    () => pixelsOf(new Uint8Array(6), 3, "2"),
    "corrupt-image",
    "height",
  ],
  ["a missing side", () => pixelsOf(new Uint8Array(6), 3, undefined), "corrupt-image", "undefined"],
  ["floats", () => pixelsOf(new Float32Array(6), 3, 2), "not-an-image", "Float32Array"],
  ["a plain array", () => pixelsOf([1, 2], 2, 1), "not-an-image", "type Array"],
  ["no data", () => pixelsOf(undefined, 2, 1), "not-an-image", "type Undefined"],
  [
    "more pixels than maxPixels",
    () => pixelsOf(new Uint8Array(101), 101, 1),
    "too-many-pixels",
    "101x1",
  ],
  [
    "a side above 65535, whatever the length",
    () => pixelsOf(new Uint8Array(1), 65536, 1, { ...LIMITS, maxPixels: 1e6 }),
    "too-many-pixels",
    "65536x1",
  ],
  [
    "a copy larger than maxDecodedBytes",
    () => pixelsOf(new Uint8Array(104), 26, 1),
    "too-many-pixels",
    "at most 100 bytes",
  ],
];

for (const [claim, call, code, words] of CASES) {
  Deno.test(`rawPixels() refuses ${claim}`, () => {
    assertDomainError(call, code, words);
  });
}
