import { assertEquals } from "@std/assert";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { buildPng, pngChunk, type PngOptions } from "./build_png.ts";
import { joinBytes } from "./bytes_of.ts";
import { orientationTiff as tiff } from "./build_tiff.ts";

Deno.test("readHeader() reads size, depth and channels of a PNG", () => {
  assertEquals(readHeader(buildPng({ width: 2 ** 31 - 1, height: 66_051, bitDepth: 16 })), {
    format: "png",
    width: 2 ** 31 - 1,
    height: 66_051,
    orientation: 1,
    bitDepth: 16,
    channels: 3,
    hasAlpha: false,
  });
});

const PNG_BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

Deno.test("readHeader() accepts only the allowed pairs of PNG colour type and depth", () => {
  for (let colourType = 0; colourType < 256; colourType++) {
    for (const bitDepth of [0, 1, 2, 3, 4, 7, 8, 9, 16, 32, 255]) {
      const bytes = buildPng({ colourType, bitDepth });
      if (PNG_BIT_DEPTHS[colourType]?.includes(bitDepth)) {
        const header = readHeader(bytes);
        assertEquals(header.bitDepth, bitDepth);
        assertEquals(header.channels, PNG_CHANNELS[colourType]);
        assertEquals(header.hasAlpha, colourType >= 4);
      } else {
        assertRefused(bytes, "corrupt-image", "PNG");
      }
    }
  }
});

Deno.test("readHeader() finds transparency of a PNG only in a tRNS chunk before IDAT", () => {
  const before = buildPng({ colourType: 3, chunks: [pngChunk("PLTE", [1, 2, 3]), tRNS()] });
  assertEquals(readHeader(before).hasAlpha, true);
  const after = joinBytes(buildPng({ colourType: 3 }), Uint8Array.of(0, 0, 0, 0), tRNS());
  assertEquals(readHeader(after).hasAlpha, false);
  const inside = buildPng({ colourType: 3, chunks: [pngChunk("tEXt", tRNS())] });
  assertEquals(readHeader(inside).hasAlpha, false);
});

function tRNS(): Uint8Array {
  return pngChunk("tRNS", [0]);
}

for (const littleEndian of [false, true]) {
  const order = littleEndian ? "little-endian" : "big-endian";

  Deno.test(`readHeader() reads all orientations of a PNG, ${order}`, () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const chunks = [pngChunk("eXIf", tiff(orientation, littleEndian))];
      assertEquals(readHeader(buildPng({ chunks })).orientation, orientation);
    }
  });
}

Deno.test("readHeader() uses the first valid eXIf chunk of a PNG, or orientation 1", () => {
  const chunks = [9, 5, 7].map((value) => pngChunk("eXIf", tiff(value)));
  assertEquals(readHeader(buildPng({ chunks })).orientation, 5);
  assertEquals(readHeader(buildPng({ chunks: chunks.slice(0, 1) })).orientation, 1);
  assertEquals(readHeader(buildPng({ chunks: [pngChunk("eXIf", [])] })).orientation, 1);
});

Deno.test("readHeader() reads an interlaced PNG", () => {
  assertEquals(readHeader(buildPng({ methods: [0, 0, 1] })).width, 3);
});

const CORRUPT_PNGS: readonly (readonly [claim: string, options: PngOptions, word: string])[] = [
  ["width 0", { width: 0 }, "width"],
  ["height 0", { height: 0 }, "height"],
  ["a width of 32 bits", { width: 2 ** 31 }, "width"],
  ["a height of 32 bits", { height: 2 ** 32 - 1 }, "height"],
  ["an unknown compression method", { methods: [1, 0, 0] }, "compression"],
  ["an unknown filter method", { methods: [0, 1, 0] }, "filter"],
  ["an unknown interlace method", { methods: [0, 0, 2] }, "interlace"],
  ["a chunk of length 4294967295", { chunks: [pngChunk("tEXt", [], 0xffffffff)] }, "4294967295"],
  ["a chunk of length 2147483648", { chunks: [pngChunk("tEXt", [], 0x80000000)] }, "2147483648"],
  ["a second IHDR", { chunks: [pngChunk("IHDR", Array(13).fill(1))] }, "IHDR"],
  ["IEND before IDAT", { chunks: [pngChunk("IEND", [])] }, "IEND"],
];

for (const [claim, options, word] of CORRUPT_PNGS) {
  Deno.test(`readHeader() refuses a PNG as corrupt: ${claim}`, () => {
    assertRefused(buildPng(options), "corrupt-image", "PNG", word);
  });
}

Deno.test("readHeader() accepts only letters in a PNG chunk type", () => {
  for (const letter of ["A", "Z", "a", "z"]) {
    assertEquals(readHeader(buildPng({ chunks: [pngChunk(`aa${letter}a`, [])] })).width, 3);
  }
  for (const other of ["\0", "\n", " ", "0", "@", "[", "`", "{", "\x7f", "\xc1", "\xff"]) {
    const chunks = [pngChunk(`aa${other}a`, [])];
    assertRefused(buildPng({ chunks }), "corrupt-image", "four letters");
  }
});

Deno.test("readHeader() refuses a PNG as corrupt: first chunk is not an IHDR of 13 bytes", () => {
  const signature = buildPng().subarray(0, 8);
  const first = [
    pngChunk("IDAT", []),
    ...[0, 12, 14].map((length) => pngChunk("IHDR", buildPng().subarray(16, 16 + length))),
  ];
  for (const chunk of first) {
    assertRefused(joinBytes(signature, chunk, buildPng().subarray(8)), "corrupt-image", "IHDR");
  }
});

Deno.test("readHeader() refuses a PNG with a chunk longer than the file as truncated", () => {
  const chunks = [pngChunk("eXIf", [], 0x7fffffff)];
  assertRefused(buildPng({ chunks }), "truncated-image", "PNG");
});
