import { assertEquals } from "@std/assert";
import { decodeBmp } from "../../src/codecs/bmp.ts";
import { readBmpHeader } from "../../src/image/formats/bmp.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { type BmpOptions, buildBmp } from "../image/formats/build_bmp.ts";
import { assertDomainError } from "../testing.ts";

const BLACK = [0, 0, 0], RED = [255, 0, 0], GREEN = [0, 255, 0], BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];
/** Blue, green, red and an ignored byte. */
const PALETTE = [[0, 0, 0, 9], [0, 0, 255, 9], [0, 255, 0, 9], [255, 0, 0, 9]].flat();

const CASES: readonly (readonly [claim: string, options: BmpOptions, pixels: number[][]])[] = [
  ["24 bits, bottom row first", {
    ...{ width: 1, height: 2, pixels: [255, 0, 0, 0, 0, 0, 255, 0] },
  }, [RED, BLUE]],
  ["24 bits, top row first", {
    ...{ width: 1, height: -2, pixels: [255, 0, 0, 0, 0, 0, 255, 0] },
  }, [BLUE, RED]],
  ["the smallest header", {
    ...{ headerBytes: 12, width: 1, height: 1, bitsPerPixel: 8 },
    ...{ palette: [1, 2, 3, ...Array(255 * 3).fill(0)], pixels: [0, 0, 0, 0] },
  }, [[3, 2, 1]]],
  ["1 bit", {
    ...{ width: 9, height: 1, bitsPerPixel: 1, palette: PALETTE.slice(0, 8), colours: 2 },
    ...{ pixels: [0b01000001, 0b10000000, 0, 0] },
  }, [BLACK, RED, BLACK, BLACK, BLACK, BLACK, BLACK, RED, RED]],
  ["4 bits", {
    ...{ width: 3, height: 1, bitsPerPixel: 4, palette: PALETTE, colours: 4 },
    ...{ pixels: [0x12, 0x30, 0, 0] },
  }, [RED, GREEN, BLUE]],
  ["4 bits and an index beyond its palette", {
    ...{ width: 2, height: 1, bitsPerPixel: 4, palette: PALETTE, colours: 4 },
    ...{ pixels: [0x1f, 0, 0, 0] },
  }, [RED, BLACK]],
  ["8 bits", {
    ...{ width: 3, height: 1, bitsPerPixel: 8, palette: PALETTE, colours: 4 },
    ...{ pixels: [3, 2, 1, 0] },
  }, [BLUE, GREEN, RED]],
  ["16 bits, 5 of each", {
    ...{ width: 4, height: 1, bitsPerPixel: 16 },
    ...{ pixels: [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0x00, 0xff, 0x7f] },
  }, [RED, GREEN, BLUE, WHITE]],
  ["16 bits, 6 of green", {
    ...{ width: 3, height: 1, bitsPerPixel: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f] },
    ...{ pixels: [0x00, 0xf8, 0xe0, 0x07, 0x10, 0x04, 0, 0] },
  }, [RED, GREEN, [0, Math.round(32 * 255 / 63), Math.round(16 * 255 / 31)]]],
  ["32 bits, the fourth byte unused", {
    ...{ width: 2, height: 1, bitsPerPixel: 32, pixels: [1, 2, 3, 0, 4, 5, 6, 99] },
  }, [[3, 2, 1], [6, 5, 4]]],
  ["32 bits, red first", {
    ...{ width: 1, height: 1, bitsPerPixel: 32, compression: 3, pixels: [1, 2, 3, 4] },
    masks: [0xff, 0xff00, 0xff0000],
  }, [[1, 2, 3]]],
  ["32 bits with alpha", {
    ...{ width: 1, height: 1, bitsPerPixel: 32, compression: 3, headerBytes: 108 },
    ...{ pixels: [1, 2, 3, 4], masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
  }, [[3, 2, 1, 4]]],
];

for (const [claim, options, pixels] of CASES) {
  Deno.test(`decodeBmp() decodes ${claim}`, () => {
    const { data, channels } = decode(buildBmp(options));
    assertEquals<number>(channels, pixels[0]!.length);
    assertEquals([...data], pixels.flat());
  });
}

Deno.test("decodeBmp() accepts a file without the padding of the last row", () => {
  const pixels = [1, 2, 3, 0, 4, 5, 6];
  assertEquals(decode(buildBmp({ width: 1, height: 2, pixels })).data.length, 6);
});

Deno.test("decodeBmp() refuses a file without its pixels before it allocates memory for them", () => {
  for (
    const [width, height] of [[65_535, 600], [2 ** 31 - 1, 2 ** 31 - 1], [1, 2 ** 31 - 1]] as const
  ) {
    assertDomainError(() => decode(buildBmp({ width, height })), "truncated-image");
  }
});

function decode(bytes: Uint8Array): Pixels {
  return decodeBmp(bytes, readBmpHeader(bytes));
}
