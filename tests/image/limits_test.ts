import { assertThrows } from "@std/assert";
import { checkLimits, checkMemory } from "../../src/image/limits.ts";
import { assertDomainError } from "../testing.ts";

const LIMITS = { maxPixels: 64_000_000 };

Deno.test("checkLimits() accepts an image of exactly maxPixels", () => {
  checkLimits({ width: 8000, height: 8000 }, LIMITS);
});

Deno.test("checkLimits() refuses an image above maxPixels", () => {
  assertDomainError(
    () => checkLimits({ width: 8000, height: 8001 }, LIMITS),
    "too-many-pixels",
  );
});

Deno.test("checkLimits() refuses a side above 65535, however few the pixels", () => {
  checkLimits({ width: 65_535, height: 1 }, LIMITS);
  for (const header of [{ width: 65_536, height: 1 }, { width: 1, height: 12_000_000 }]) {
    assertDomainError(() => checkLimits(header, LIMITS), "too-many-pixels", "65535");
  }
});

Deno.test("checkLimits() names the limit, the pixels found and their sides", () => {
  assertDomainError(
    () => checkLimits({ width: 9600, height: 7200 }, LIMITS),
    "too-many-pixels",
    "Cannot decode image as it must have at most 64000000 pixels: " +
      "current value is 69120000 (9600x7200)",
  );
});

Deno.test("checkLimits() refuses sides whose product exceeds 32 or 53 bits", () => {
  for (const side of [65_536, 2 ** 31 - 1]) {
    assertDomainError(() => checkLimits({ width: side, height: side }, LIMITS), "too-many-pixels");
  }
});

Deno.test("checkLimits() throws RangeError for a limit that no image could meet", () => {
  for (const maxPixels of [0, -1, NaN]) {
    assertThrows(() => checkLimits({ width: 1, height: 1 }, { maxPixels }), RangeError);
  }
});

Deno.test("checkMemory() accepts exactly maxDecodedBytes and names the limit and the value", () => {
  const size = { width: 100, height: 50 };
  const depth = { bitDepth: 12, channels: 4, hasAlpha: true };
  const avif = { format: "avif", ...size, ...depth, orientation: 1 } as const;
  // 21.5 + 2.4 · 3 + 15.5 = 44.2 bytes for each of 5000 pixels.
  checkMemory(avif, size, { maxDecodedBytes: 221_000 });
  assertDomainError(
    () => checkMemory(avif, size, { maxDecodedBytes: 220_999 }),
    "too-many-pixels",
    "at most 220999 bytes of memory: current value is 221000 (100x50, avif of 12 bits)",
  );
});
