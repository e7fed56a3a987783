import { assertEquals } from "@std/assert";
import { readBmpHeader } from "../../../src/image/formats/bmp.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { type BmpOptions, buildBmp } from "./build_bmp.ts";

Deno.test("readHeader() reads a BMP with a header of any known size", () => {
  for (const headerBytes of [12, 40, 52, 56, 64, 108, 124]) {
    assertEquals(readHeader(buildBmp({ headerBytes })), {
      format: "bmp",
      width: 3,
      height: 2,
      orientation: 1,
      bitDepth: 8,
      channels: 3,
      hasAlpha: false,
      layout: {
        ...{ bitsPerPixel: 24, start: 14 + headerBytes, stride: 12, topDown: false },
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
  ["2 bits", { bitsPerPixel: 2 }, "value is 2"],
  ["0 bits", { bitsPerPixel: 0 }, "value is 0"],
  ["pixels inside its header", { start: 20 }, "behind its header"],
  ["pixels inside its masks", {
    ...{ bitsPerPixel: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f], start: 54 },
  }, "behind its header"],
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

Deno.test("readHeader() names the compression of a BMP that it refuses", () => {
  for (
    const [compression, name] of [[1, "8 bits"], [2, "4 bits"], [4, "JPEG"], [9, "9"]] as const
  ) {
    assertRefused(buildBmp({ compression }), "unsupported-format", name, "send that");
  }
});

Deno.test("readHeader() reads the largest sides of a BMP, which the limits refuse later", () => {
  const { width, height } = readHeader(buildBmp({ width: 2 ** 31 - 1, height: -(2 ** 31) }));
  assertEquals([width, height], [2 ** 31 - 1, 2 ** 31]);
});
