import { assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { checkLimits, checkMemory } from "../../src/image/limits.ts";
import type { ImageHeader } from "../../src/image/formats/image_header.ts";

Deno.test("checkLimits() lets an image of exactly maxPixels through", () => {
  checkLimits({ width: 8000, height: 5000 }, { maxPixels: 40_000_000 });
});

Deno.test("checkLimits() refuses one pixel more", () => {
  const error = assertThrows(
    () => checkLimits({ width: 8000, height: 5001 }, { maxPixels: 40_000_000 }),
    DomainError,
  );
  assertEquals(error.code, "too-many-pixels");
});

Deno.test("checkLimits() refuses a side that no JPEG could have, however few the pixels", () => {
  checkLimits({ width: 65_535, height: 1 }, { maxPixels: 40_000_000 });
  for (const header of [{ width: 65_536, height: 1 }, { width: 1, height: 12_000_000 }]) {
    const error = assertThrows(() => checkLimits(header, { maxPixels: 40_000_000 }), DomainError);
    assertEquals(error.code, "too-many-pixels");
  }
});

Deno.test("checkLimits() says the limit, the pixels found and their sides", () => {
  assertThrows(
    () => checkLimits({ width: 9600, height: 6400 }, { maxPixels: 40_000_000 }),
    DomainError,
    "Cannot decode image as it must have at most 40000000 pixels: " +
      "current value is 61440000 (9600x6400)",
  );
});

Deno.test("checkLimits() refuses sides whose product does not fit 32 or 53 bits", () => {
  for (const side of [65_536, 2 ** 31 - 1]) {
    const error = assertThrows(
      () => checkLimits({ width: side, height: side }, { maxPixels: 40_000_000 }),
      DomainError,
    );
    assertEquals(error.code, "too-many-pixels");
  }
});

Deno.test("checkLimits() throws RangeError for a limit that no image could meet", () => {
  for (const maxPixels of [0, -1, NaN]) {
    assertThrows(() => checkLimits({ width: 1, height: 1 }, { maxPixels }), RangeError);
  }
});

Deno.test("checkMemory() lets exactly as many bytes through, and names limit and value", () => {
  const size = { width: 100, height: 50 };
  const depth = { bitDepth: 12, channels: 4, hasAlpha: true };
  const avif: ImageHeader = { format: "avif", ...size, ...depth, orientation: 1 };
  checkMemory(avif, size, { maxDecodedBytes: 42 * 5000 });
  const error = assertThrows(
    () => checkMemory(avif, size, { maxDecodedBytes: 42 * 5000 - 1 }),
    DomainError,
    "at most 209999 bytes of memory: current value is 210000 (100x50, avif of 12 bits)",
  );
  assertEquals(error.code, "too-many-pixels");
});
