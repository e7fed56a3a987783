import { assertEquals } from "@std/assert";
import { readBmpHeader } from "../../../src/image/formats/bmp.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { type BmpOptions, buildBmp } from "./build_bmp.ts";
import { bytesOf } from "./bytes_of.ts";

Deno.test("readHeader() reads a BMP with a header of any known size", () => {
  for (const headerBytes of [12, 16, 40, 42, 48, 52, 56, 64, 108, 124]) {
    assertEquals(readHeader(buildBmp({ headerBytes })), {
      format: "bmp",
      width: 3,
      height: 2,
      orientation: 1,
      bitDepth: 8,
      channels: 3,
      hasAlpha: false,
      layout: {
        ...{
          bitsPerPixel: 24,
          start: 14 + headerBytes,
          stride: 12,
          topDown: false,
          hasRuns: false,
        },
        ...{ palette: new Uint8Array(), masks: [0xff0000, 0xff00, 0xff, 0] },
      },
    });
  }
});

Deno.test("readBmpHeader() reads a negative height as rows from the top", () => {
  const { height, layout } = readBmpHeader(buildBmp({ height: -7 }));
  assertEquals([height, layout.topDown], [7, true]);
});

Deno.test("readBmpHeader() rounds rows up to a multiple of four bytes", () => {
  const cases = [[1, 33, 8], [4, 8, 4], [4, 9, 8], [16, 3, 8], [24, 1, 4], [32, 3, 12]] as const;
  for (const [bitsPerPixel, width, stride] of cases) {
    const colours = bitsPerPixel < 16 ? 2 : 0;
    const palette = Array(colours * 4).fill(0);
    const bytes = buildBmp({ bitsPerPixel, width, colours, palette });
    assertEquals(readBmpHeader(bytes).layout.stride, stride, `${bitsPerPixel} bits`);
  }
});

Deno.test("readBmpHeader() reads masks in the header or after it", () => {
  const masks = [0xf800, 0x07e0, 0x001f];
  const base = { bitsPerPixel: 16, compression: 3 };
  assertEquals<readonly number[]>(masksOf(buildBmp({ ...base, masks })), [...masks, 0]);
  const inHeader = buildBmp({ ...base, masks: [...masks, 0], headerBytes: 56 });
  assertEquals<readonly number[]>(masksOf(inHeader), [...masks, 0]);
  const withAlpha = [0xff0000, 0xff00, 0xff, 0xff000000];
  for (const headerBytes of [56, 108, 124]) {
    const bytes = buildBmp({ ...base, bitsPerPixel: 32, masks: withAlpha, headerBytes });
    assertEquals(readHeader(bytes).hasAlpha, true);
    assertEquals<readonly number[]>(masksOf(bytes), withAlpha);
  }
});

function masksOf(bytes: Uint8Array): readonly number[] {
  return readBmpHeader(bytes).layout.masks;
}

Deno.test("readBmpHeader() makes missing palette colours black", () => {
  const { palette } = readBmpHeader(buildBmp({
    ...{ bitsPerPixel: 4, colours: 2, palette: [1, 2, 3, 0, 4, 5, 6, 0] },
  })).layout;
  assertEquals([...palette.subarray(0, 9)], [3, 2, 1, 6, 5, 4, 0, 0, 0]);
  assertEquals(palette.length, 16 * 3);
});

const CORRUPT: readonly (readonly [claim: string, options: BmpOptions, word: string])[] = [
  ["a header of 13 bytes", { headerBytes: 13 }, "value is 13"],
  ["width 0", { width: 0 }, "at least 1x1"],
  ["a negative width", { width: -3 }, "-3x2"],
  ["height 0", { height: 0 }, "3x0"],
  ["3 bits", { bitsPerPixel: 3 }, "value is 3"],
  ["0 bits", { bitsPerPixel: 0 }, "value is 0"],
  ["pixels inside its header", { start: 20 }, "behind its header"],
  ["pixels inside its masks", {
    ...{ bitsPerPixel: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f], start: 54 },
  }, "behind its header"],
  ["pixels inside its palette", {
    ...{ bitsPerPixel: 8, colours: 4, palette: Array(16).fill(1), start: 66 },
  }, "70 bytes: current value is 66"],
  ["no palette", { bitsPerPixel: 8 }, "58 bytes: current value is 54"],
  ["no palette in a core header", { bitsPerPixel: 8, headerBytes: 12 }, "29 bytes"],
  ["run lengths of 8 bits in 4", { bitsPerPixel: 4, compression: 1 }, "of 8 bits: current"],
  ["run lengths of 4 bits in 8", { bitsPerPixel: 8, compression: 2 }, "of 4 bits: current"],
  ["masks of 24 bits", { compression: 3, masks: [255, 255, 255] }, "16 or 32 bits"],
  ["a mask with a gap", {
    ...{ bitsPerPixel: 32, compression: 3, masks: [0xff00ff, 0xff00, 0xff] },
  }, "ff00ff"],
  ["a mask beyond its pixels", {
    ...{ bitsPerPixel: 16, compression: 3, masks: [0xff0000, 0x7e0, 0x1f] },
  }, "ff0000"],
  ["no red mask", { bitsPerPixel: 32, compression: 3, masks: [0, 0xff00, 0xff] }, "value is 0"],
];

for (const [claim, options, word] of CORRUPT) {
  Deno.test(`readHeader() refuses a BMP as corrupt: ${claim}`, () => {
    assertRefused(buildBmp(options), "corrupt-image", "BMP", word);
  });
}

const UNSUPPORTED: readonly (readonly [options: BmpOptions, name: string])[] = [
  [{ compression: 4 }, "JPEG"],
  [{ compression: 5 }, "PNG"],
  [{ compression: 9 }, "number 9"],
  [{ compression: 3, headerBytes: 64, bitsPerPixel: 1 }, "Huffman"],
  [{ compression: 4, headerBytes: 64 }, "run lengths of 24 bits"],
];

Deno.test("readHeader() names the compression of a BMP that it refuses", () => {
  for (const [options, name] of UNSUPPORTED) {
    assertRefused(buildBmp(options), "unsupported-format", name, "send that");
  }
});

Deno.test("readBmpHeader() ends a palette of unknown length where the pixels start", () => {
  const palette = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const cases = [[12, [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]], [40, [
    ...[3, 2, 1, 7, 6, 5, 11, 10, 9, 0, 0, 0],
  ]]] as const;
  for (const [headerBytes, colours] of cases) {
    const { layout } = readBmpHeader(buildBmp({ headerBytes, bitsPerPixel: 8, palette }));
    assertEquals([...layout.palette.subarray(0, 12)], [...colours]);
    assertEquals(layout.palette.length, 256 * 3);
  }
});

Deno.test("readHeader() reads a BMP whose reserved bytes are set, but no text", () => {
  for (const headerBytes of [12, 40, 64, 124]) {
    assertEquals(readHeader(buildBmp({ headerBytes, reserved: 0xffffffff })).width, 3);
  }
  assertRefused(bytesOf("BMW builds cars, and Fiat does so, too"), "not-an-image");
  assertRefused(buildBmp({ headerBytes: 13, reserved: 1 }), "not-an-image");
});

Deno.test("readHeader() reads the largest sides of a BMP, which the limits refuse later", () => {
  const { width, height } = readHeader(buildBmp({ width: 2 ** 31 - 1, height: -(2 ** 31) }));
  assertEquals([width, height], [2 ** 31 - 1, 2 ** 31]);
});
