import { assertEquals } from "@std/assert";
import { readGifHeader } from "../../../src/image/formats/gif.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { buildGif, type GifOptions } from "./build_gif.ts";

Deno.test("readHeader() reads the screen of both versions of GIF", () => {
  for (const version of ["87a", "89a"] as const) {
    const bytes = buildGif({ version, width: 65_535, height: 258, globalBits: 5 });
    assertEquals(readHeader(bytes), {
      format: "gif",
      width: 65_535,
      height: 258,
      orientation: 1,
      bitDepth: 5,
      channels: 1,
      hasAlpha: false,
      frame: {
        ...{ left: 0, top: 0, width: 65_535, height: 258, interlaced: false },
        ...{ globalTable: new Uint8Array(96).fill(0x3b), localTableBytes: 0, start: bytes.length },
      },
    });
  }
});

const COMMENT = [0x21, 0xfe, 3, 0x2c, 0x2c, 0x3b, 1, 0, 0];
const UNKNOWN = [0x21, 0x42, 2, 1, 2, 3, 4, 5, 6, 0];
const PLAIN_CONTROL = [0x21, 0xf9, 4, 0, 0, 0, 7, 0];
const TRANSPARENT_CONTROL = [0x21, 0xf9, 4, 1, 0, 0, 7, 0];

const READ_GIFS: readonly (readonly [claim: string, options: GifOptions, bits: number])[] = [
  ["without a colour table", {}, 8],
  ["with a global table", { globalBits: 8 }, 8],
  ["with a global table of 2 colours", { globalBits: 1 }, 1],
  ["with a table for its first frame", { globalBits: 8, localBits: 3 }, 3],
  ["with a table for its first frame only", { localBits: 3 }, 3],
  ["with extensions before its first frame", {
    blocks: [...COMMENT, ...UNKNOWN, ...TRANSPARENT_CONTROL],
  }, 8],
  ["with an empty extension", { blocks: [0x21, 0x01, 0] }, 8],
  ["with a first frame smaller than its screen", { frame: [1, 1, 2, 1] }, 8],
];

for (const [claim, options, bits] of READ_GIFS) {
  Deno.test(`readHeader() reads a GIF ${claim}`, () => {
    const header = readHeader(buildGif(options));
    assertEquals([header.width, header.height, header.bitDepth], [3, 2, bits]);
  });
}

const ALPHA: readonly (readonly [claim: string, options: GifOptions, transparent?: number])[] = [
  ["a transparent index", { blocks: TRANSPARENT_CONTROL }, 7],
  ["a transparent index in the last control", {
    blocks: [...PLAIN_CONTROL, ...TRANSPARENT_CONTROL],
  }, 7],
  ["a frame smaller than its screen", { frame: [0, 0, 3, 1] }],
  ["a frame right of the screen's edge", { frame: [1, 0, 3, 2] }],
];

for (const [claim, options, transparent] of ALPHA) {
  Deno.test(`readGifHeader() finds transparency by ${claim}`, () => {
    const { hasAlpha, frame } = readGifHeader(buildGif(options));
    assertEquals([hasAlpha, frame.transparent], [true, transparent]);
  });
}

Deno.test("readGifHeader() finds no transparency in a frame that covers an opaque screen", () => {
  const blocks = [[], PLAIN_CONTROL, [...TRANSPARENT_CONTROL, ...PLAIN_CONTROL], UNKNOWN];
  for (const block of blocks) {
    const { hasAlpha, frame } = readGifHeader(buildGif({ blocks: block }));
    assertEquals([hasAlpha, frame.transparent], [false, undefined]);
  }
});

const GROWN: readonly (readonly [frame: GifOptions["frame"], width: number, height: number])[] = [
  [[0, 0, 4, 2], 4, 2],
  [[0, 0, 3, 3], 3, 3],
  [[3, 0, 1, 1], 4, 2],
  [[0, 1, 3, 2], 3, 3],
  [[65_535, 65_535, 65_535, 2], 131_070, 65_537],
];

Deno.test("readHeader() enlarges the screen of a GIF for its first frame", () => {
  for (const [frame, width, height] of GROWN) {
    const header = readHeader(buildGif({ frame: frame! }));
    assertEquals([header.width, header.height], [width, height]);
  }
  const header = readHeader(buildGif({ width: 0, height: 0, frame: [1, 1, 2, 1] }));
  assertEquals([header.width, header.height], [3, 2]);
});

const CORRUPT_GIFS: readonly (readonly [claim: string, options: GifOptions, word: string])[] = [
  ["a screen and a frame of width 0", { width: 0 }, "0x2"],
  ["a frame of width 0", { frame: [0, 0, 0, 2] }, "at least 1x1"],
  ["a frame of height 0", { frame: [0, 0, 3, 0] }, "at least 1x1"],
  ["a trailer before any frame", { blocks: [0x3b] }, "it must hold an image"],
  ["an unknown block", { blocks: [0x00] }, "value is 0"],
];

for (const [claim, options, word] of CORRUPT_GIFS) {
  Deno.test(`readHeader() refuses a GIF as corrupt: ${claim}`, () => {
    assertRefused(buildGif(options), "corrupt-image", "GIF", word);
  });
}
