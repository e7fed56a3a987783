import { assert, assertEquals } from "@std/assert";
import { decodedBytes } from "../../src/image/decoded_bytes.ts";
import type { BaseHeader } from "../../src/image/formats/image_format.ts";
import type { FormatId } from "../../src/image/formats/read_header.ts";

const SIZE = { width: 4000, height: 3000 };
const PIXELS = 12_000_000;
const SMALL = { width: 500, height: 375 };

/** Bytes per pixel that an AVIF of a slow encoder takes more, as measured. */
const SLOW = 2.3;

/** Bytes per pixel that decoding 12 megapixels took at least, as measured. */
const MEASURED: readonly (readonly [
  header: Omit<BaseHeader<FormatId>, "width" | "height" | "orientation">,
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
  [{ format: "avif", bitDepth: 8, channels: 3, hasAlpha: false, planeSamples: 1.5 }, 16.7 + SLOW],
  [{ format: "avif", bitDepth: 8, channels: 3, hasAlpha: false, planeSamples: 2 }, 17.3 + SLOW],
  [{ format: "avif", bitDepth: 8, channels: 3, hasAlpha: false, planeSamples: 3 }, 18.5 + SLOW],
  [{ format: "avif", bitDepth: 10, channels: 3, hasAlpha: false, planeSamples: 1.5 }, 22.5 + SLOW],
  [{ format: "avif", bitDepth: 10, channels: 3, hasAlpha: false, planeSamples: 2 }, 23.7 + SLOW],
  [{ format: "avif", bitDepth: 10, channels: 3, hasAlpha: false, planeSamples: 3 }, 26.0 + SLOW],
  [{ format: "avif", bitDepth: 8, channels: 4, hasAlpha: true, planeSamples: 1.5 }, 30 + SLOW],
  [{ format: "avif", bitDepth: 8, channels: 4, hasAlpha: true, planeSamples: 3 }, 31.8 + SLOW],
  [{ format: "avif", bitDepth: 12, channels: 4, hasAlpha: true, planeSamples: 1.5 }, 37.6 + SLOW],
  [{ format: "avif", bitDepth: 12, channels: 4, hasAlpha: true, planeSamples: 3 }, 41.1 + SLOW],
  [
    {
      format: "avif",
      bitDepth: 8,
      channels: 3,
      hasAlpha: false,
      planeSamples: 1.5,
      hasFilmGrain: true,
    },
    18.2 + SLOW,
  ],
  [
    {
      format: "avif",
      bitDepth: 10,
      channels: 3,
      hasAlpha: false,
      planeSamples: 3,
      hasFilmGrain: true,
    },
    32 + SLOW,
  ],
  [{ format: "heic", bitDepth: 8, channels: 3, hasAlpha: false, planeSamples: 1.5 }, 7.9],
  [{ format: "heic", bitDepth: 8, channels: 3, hasAlpha: false, planeSamples: 3 }, 9.1],
  [{ format: "heic", bitDepth: 8, channels: 4, hasAlpha: true, planeSamples: 3 }, 11.1],
  [{ format: "heic", bitDepth: 10, channels: 3, hasAlpha: false, planeSamples: 1.5 }, 9],
  [{ format: "heic", bitDepth: 10, channels: 3, hasAlpha: false, planeSamples: 3 }, 14],
  [{ format: "heic", bitDepth: 10, channels: 4, hasAlpha: true, planeSamples: 3 }, 19],
  [
    {
      format: "heic",
      bitDepth: 8,
      channels: 3,
      hasAlpha: false,
      planeSamples: 1.5,
      pictureSize: { width: 512, height: 512 },
    },
    4.5,
  ],
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
  const rows = 500 * 3 * 40;
  assertEquals(decodedBytes(jpeg, SMALL), pixels + rows);
  assertEquals(decodedBytes({ ...jpeg, coefficientBytes: 7 }, SMALL), pixels + rows + 7);
  const grey = decodedBytes({ ...jpeg, channels: 1 }, SMALL);
  assertEquals(grey, PIXELS / 64 + 500 * 40);
});

Deno.test("decodedBytes() counts all pixels of a cropped AVIF, and the canvas of a WebP", () => {
  const depth = { orientation: 1, bitDepth: 8, channels: 3, hasAlpha: false } as const;
  const avif = { format: "avif", ...SIZE, ...depth } as const;
  const cropped = { ...avif, width: 1, height: 1, wholeSize: SIZE };
  assertEquals(decodedBytes(cropped, { width: 1, height: 1 }), decodedBytes(avif, SIZE));
  const webp = { format: "webp", ...SIZE, ...depth, hasAlpha: true } as const;
  const canvas = decodedBytes({ ...webp, isPartial: true }, SIZE) - decodedBytes(webp, SIZE);
  assertEquals(canvas, 4 * PIXELS);
});
