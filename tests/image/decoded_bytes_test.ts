import { assert, assertEquals } from "@std/assert";
import { decodedBytes } from "../../src/image/decoded_bytes.ts";
import type { ImageHeader } from "../../src/image/formats/read_header.ts";

const SIZE = { width: 4000, height: 3000 };
const PIXELS = 12_000_000;
const SMALL = { width: 500, height: 375 };

/** Bytes per pixel that decoding 12 megapixels took at least, as measured. */
const MEASURED: readonly (readonly [
  header: Pick<
    ImageHeader,
    "format" | "bitDepth" | "channels" | "hasAlpha" | "isIndexed" | "coefficientBytes"
  >,
  measured: number,
])[] = [
  [{ format: "png", bitDepth: 1, channels: 1, hasAlpha: false }, 1],
  [{ format: "png", bitDepth: 8, channels: 1, hasAlpha: false, isIndexed: true }, 3],
  [{ format: "png", bitDepth: 8, channels: 3, hasAlpha: false }, 3],
  [{ format: "png", bitDepth: 16, channels: 4, hasAlpha: true }, 4],
  [{ format: "gif", bitDepth: 8, channels: 1, hasAlpha: false }, 3],
  [{ format: "gif", bitDepth: 8, channels: 1, hasAlpha: true }, 4],
  [{ format: "jpeg", bitDepth: 8, channels: 1, hasAlpha: false }, 1],
  [{ format: "jpeg", bitDepth: 8, channels: 3, hasAlpha: false }, 3.02],
  [{ format: "jpeg", bitDepth: 8, channels: 4, hasAlpha: false }, 3.02],
  [{ format: "webp", bitDepth: 8, channels: 3, hasAlpha: false }, 8.6],
  [{ format: "avif", bitDepth: 8, channels: 3, hasAlpha: false }, 15.4],
  [{ format: "avif", bitDepth: 12, channels: 3, hasAlpha: false }, 22.9],
  [{ format: "avif", bitDepth: 8, channels: 4, hasAlpha: true }, 29.3],
  [{ format: "avif", bitDepth: 12, channels: 4, hasAlpha: true }, 41],
  [{ format: "bmp", bitDepth: 8, channels: 3, hasAlpha: false }, 3],
];

for (const [header, measured] of MEASURED) {
  Deno.test(`decodedBytes() estimates the measured bytes of ${JSON.stringify(header)}, at most half more`, () => {
    const bytes = decodedBytes({ ...SIZE, orientation: 1, ...header }, SIZE) / PIXELS;
    assert(bytes >= measured && bytes <= measured * 1.5 + 1, `${bytes}, measured ${measured}`);
  });
}

Deno.test("decodedBytes() counts a JPEG's pixels at the reduced scale, its coefficients at full size", () => {
  const depth = { orientation: 1, bitDepth: 8, channels: 3, hasAlpha: false } as const;
  const jpeg = { format: "jpeg", ...SIZE, ...depth } as const;
  const pixels = 3 * PIXELS / 64;
  const rows = 500 * 3 * 48;
  assertEquals(decodedBytes(jpeg, SMALL), pixels + rows);
  assertEquals(decodedBytes({ ...jpeg, coefficientBytes: 7 }, SMALL), pixels + rows + 7);
  const grey = decodedBytes({ ...jpeg, channels: 1 }, SMALL);
  assertEquals(grey, PIXELS / 64 + 500 * 48);
});
