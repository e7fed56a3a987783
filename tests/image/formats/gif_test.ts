import { assertEquals } from "@std/assert";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { buildGif, type GifOptions } from "./build_gif.ts";

Deno.test("readHeader() reads the screen of both versions of GIF", () => {
  for (const version of ["87a", "89a"] as const) {
    assertEquals(readHeader(buildGif({ version, width: 65_535, height: 258, globalBits: 5 })), {
      format: "gif",
      width: 65_535,
      height: 258,
      orientation: 1,
      bitDepth: 5,
      channels: 1,
      hasAlpha: true,
    });
  }
});

const COMMENT = [0x21, 0xfe, 3, 0x2c, 0x2c, 0x3b, 1, 0, 0];
const CONTROL = [0x21, 0xf9, 4, 1, 0, 0, 0, 0];

const READ_GIFS: readonly (readonly [claim: string, options: GifOptions, bits: number])[] = [
  ["without a colour table", {}, 8],
  ["with a global table", { globalBits: 8 }, 8],
  ["with a global table of 2 colours", { globalBits: 1 }, 1],
  ["with a table for its first frame", { globalBits: 8, localBits: 3 }, 3],
  ["with extensions before its first frame", { blocks: [...COMMENT, ...CONTROL] }, 8],
  ["with an empty extension", { blocks: [0x21, 0x01, 0] }, 8],
  ["with a first frame smaller than its screen", { frame: [1, 1, 2, 1] }, 8],
];

for (const [claim, options, bits] of READ_GIFS) {
  Deno.test(`readHeader() reads a GIF ${claim}`, () => {
    const header = readHeader(buildGif(options));
    assertEquals([header.width, header.height, header.bitDepth], [3, 2, bits]);
  });
}

const CORRUPT_GIFS: readonly (readonly [claim: string, options: GifOptions, word: string])[] = [
  ["a screen of width 0", { width: 0 }, "screen"],
  ["a screen of height 0", { height: 0 }, "screen"],
  ["a frame of width 0", { frame: [0, 0, 0, 2] }, "at least 1x1"],
  ["a frame of height 0", { frame: [0, 0, 3, 0] }, "at least 1x1"],
  ["a frame wider than the screen", { frame: [0, 0, 4, 2] }, "4x2 at (0, 0)"],
  ["a frame higher than the screen", { frame: [0, 0, 3, 3] }, "3x3 at (0, 0)"],
  ["a frame to the right of the screen", { frame: [3, 0, 1, 1] }, "1x1 at (3, 0)"],
  ["a frame that ends below the screen", { frame: [0, 1, 3, 2] }, "3x2 at (0, 1)"],
  ["a frame whose right edge exceeds 16 bits", { frame: [65_535, 0, 2, 1] }, "2x1 at (65535, 0)"],
  ["a trailer before any frame", { blocks: [0x3b] }, "it must hold an image"],
  ["an unknown block", { blocks: [0x00] }, "value is 0"],
];

for (const [claim, options, word] of CORRUPT_GIFS) {
  Deno.test(`readHeader() refuses a GIF as corrupt: ${claim}`, () => {
    assertRefused(buildGif(options), "corrupt-image", "GIF", word);
  });
}
