import { assertEquals } from "@std/assert";
import type { ErrorCode } from "../../../src/core/domain_error.ts";
import { readJpegHeader } from "../../../src/image/formats/jpeg.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { buildJpeg, exifSegment, type JpegOptions, jpegSegment } from "./build_jpeg.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";
import { orientationTiff as tiff } from "./build_tiff.ts";

Deno.test("readHeader() reads size, precision and components of a JPEG", () => {
  const bytes = buildJpeg({ width: 65_535, height: 257 });
  assertEquals(readHeader(bytes), {
    format: "jpeg",
    width: 65_535,
    height: 257,
    orientation: 1,
    bitDepth: 8,
    channels: 3,
    components: [1, 2, 3].map((id) => ({ id, blocks: 8192 * 33, paddedBlocks: 8192 * 33 })),
    hasAlpha: false,
  });
});

Deno.test("readHeader() counts the blocks of each component of a JPEG", () => {
  // 33x17 pixels: 3x2 MCUs of 16x16. Luma has 5x3 blocks of its own, half as many have 3x2 or 3x3.
  const bytes = buildJpeg({ width: 33, height: 17, samplings: [0x22, 0x11, 0x12] });
  assertEquals(readJpegHeader(bytes).components, [
    { id: 1, blocks: 15, paddedBlocks: 24 },
    { id: 2, blocks: 6, paddedBlocks: 6 },
    { id: 3, blocks: 9, paddedBlocks: 12 },
  ]);
});

const READ_JPEGS: readonly (readonly [claim: string, options: JpegOptions])[] = [
  ["extended", { marker: 0xc1 }],
  ["progressive", { marker: 0xc2 }],
  ["grey", { components: 1 }],
  ["CMYK", { components: 4 }],
  ["with tables first", { before: [jpegSegment(0xc4, [0]), jpegSegment(0xdb, [1, 2])] }],
  ["with a JPG extension and DAC", {
    before: [jpegSegment(0xc8, Array(15).fill(9)), jpegSegment(0xcc, [0, 1])],
  }],
  ["with an empty comment", { before: [jpegSegment(0xfe, [])] }],
  ["with a comment of length 0", { before: [Uint8Array.of(0xff, 0xfe, 0, 0)] }],
  ["with a comment of length 1", { before: [Uint8Array.of(0xff, 0xfe, 0, 1)] }],
  ["with application segments of length 0 and 1", {
    before: [Uint8Array.of(0xff, 0xe1, 0, 0, 0xff, 0xed, 0, 1, 0xff, 0xef, 0, 0)],
  }],
  ["with fill bytes before its frame", { before: [Uint8Array.of(0xff, 0xff, 0xff)] }],
  ["with markers that have no length", {
    before: [Uint8Array.of(0xff, 0x01, 0xff, 0xd0, 0xff, 0xd7)],
  }],
  ["with stray bytes, as some cameras write", { before: [Uint8Array.of(0, 7, 0xff, 0, 9)] }],
  ["with the bytes of another frame inside a segment", {
    before: [jpegSegment(0xe2, buildJpeg({ width: 9 }))],
  }],
];

for (const [claim, options] of READ_JPEGS) {
  Deno.test(`readHeader() reads a JPEG ${claim}`, () => {
    // The signature needs FF after SOI, so stray bytes can only come after a first segment.
    const before = [jpegSegment(0xe0, []), ...options.before ?? []];
    const header = readHeader(buildJpeg({ ...options, before }));
    assertEquals([header.width, header.height], [3, 2]);
    assertEquals(header.bitDepth, options.precision ?? 8);
    assertEquals(header.channels, options.components ?? 3);
  });
}

for (const littleEndian of [false, true]) {
  const order = littleEndian ? "little-endian" : "big-endian";

  Deno.test(`readHeader() reads all orientations of a JPEG, ${order}`, () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const before = [exifSegment(tiff(orientation, littleEndian))];
      assertEquals(readHeader(buildJpeg({ before })).orientation, orientation);
    }
  });
}

const XMP = jpegSegment(0xe1, bytesOf("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"));
const JFIF = jpegSegment(0xe0, bytesOf("JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));

const ORIENTED: readonly (readonly [claim: string, options: JpegOptions, expected: number])[] = [
  ["after JFIF", { before: [JFIF, exifSegment(tiff(6))] }, 6],
  ["before JFIF", { before: [exifSegment(tiff(6)), JFIF] }, 6],
  ["after XMP", { before: [XMP, exifSegment(tiff(6))] }, 6],
  ["after the frame", { after: [exifSegment(tiff(6))] }, 6],
  ["the first of two", { before: [exifSegment(tiff(6)), exifSegment(tiff(8))] }, 6],
  ["the first valid of two", { before: [exifSegment(tiff(9)), exifSegment(tiff(8))] }, 8],
  ["the first of two, with a frame inside the second", {
    before: [exifSegment(tiff(6)), exifSegment(joinBytes(tiff(8), buildJpeg({ width: 9 })))],
  }, 6],
  ["1 for only an invalid one", { before: [exifSegment(tiff(0))] }, 1],
  ["1 for an Exif segment without a block", { before: [exifSegment(new Uint8Array())] }, 1],
  ["1 for an empty APP1", { before: [jpegSegment(0xe1, [])] }, 1],
];

for (const [claim, options, expected] of ORIENTED) {
  Deno.test(`readHeader() reads the orientation of a JPEG: ${claim}`, () => {
    assertEquals(readHeader(buildJpeg(options)).orientation, expected);
  });
}

/**
 * Coding of each frame marker that is not read, spelled out by the bits of its number.
 *
 * T.81 numbers SOF0 to SOF15 as C0 to CF: bits 0 and 1 are the process, bit 2 is set for a frame
 * of a hierarchical image, bit 3 for arithmetic coding. Process 0 has other meanings (B.1.1.3).
 */
const UNREAD_JPEGS = Array.from({ length: 16 }, (_, n) => {
  const process = [undefined, "sequential", "progressive", "lossless"][n & 3];
  const words = [n & 4 ? "hierarchical" : "", n & 8 ? "arithmetic" : "", process];
  const isRead = n === 1 || n === 2;
  return process === undefined || isRead
    ? []
    : [[0xc0 + n, words.filter(Boolean).join(" ")] as const];
}).flat();

Deno.test("readHeader() refuses each coding but baseline, extended and progressive", () => {
  assertEquals(UNREAD_JPEGS.length, 10);
  assertRefused(buildJpeg({ marker: 0xde }), "unsupported-format", "is hierarchical.");
  assertRefused(buildJpeg({ marker: 0xf7 }), "unsupported-format", "is JPEG-LS.");
});

for (const [marker, kind] of UNREAD_JPEGS) {
  Deno.test(`readHeader() refuses a JPEG with the coding ${kind} and names it`, () => {
    assertRefused(buildJpeg({ marker }), "unsupported-format", `current value is ${kind}.`);
  });
}

for (const marker of [0xc0, 0xc1, 0xc2]) {
  Deno.test(`readHeader() refuses 12 bits in a frame ${marker.toString(16)} as unsupported`, () => {
    assertRefused(buildJpeg({ marker, precision: 12 }), "unsupported-format", "value is 12.");
  });
}

const NO_HEIGHT = buildJpeg({ height: 0 });
const SCAN_DATA = Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 0, 63, 0, 7, 0xff, 0, 9, 0xff, 0xd0, 1);

Deno.test("readHeader() takes the height of a JPEG from the DNL segment behind its scan", () => {
  const bytes = joinBytes(NO_HEIGHT, SCAN_DATA, jpegSegment(0xdc, [1, 2]));
  const { height, components, heightAt } = readJpegHeader(bytes);
  assertEquals(height, 258);
  assertEquals(components[0]!.blocks, 33);
  assertEquals(Array.from(bytes.subarray(heightAt! - 5, heightAt! + 4)), [
    ...[0xff, 0xc0, 0, 17, 8],
    ...[0, 0, 0, 3],
  ]);
  const given = joinBytes(buildJpeg(), SCAN_DATA, jpegSegment(0xdc, [1, 2]));
  assertEquals(readJpegHeader(given).height, 2);
  assertEquals("heightAt" in readJpegHeader(given), false);
});

const HEIGHTLESS: readonly (readonly [claim: string, code: ErrorCode, end: Uint8Array])[] = [
  ["the file ends", "truncated-image", Uint8Array.of()],
  ["the file ends in a DNL segment", "truncated-image", Uint8Array.of(0xff, 0xdc, 0, 4, 0)],
  ["EOI comes instead", "corrupt-image", Uint8Array.of(0xff, 0xd9, 0xff, 0xdc, 0, 4, 0, 9)],
  ["a DNL segment says 0", "corrupt-image", jpegSegment(0xdc, [0, 0])],
];

for (const [claim, code, end] of HEIGHTLESS) {
  Deno.test(`readHeader() refuses a JPEG of height 0 if ${claim}: ${code}`, () => {
    assertRefused(joinBytes(NO_HEIGHT, SCAN_DATA, end), code, "height must be at least 1");
  });
}

const SECOND_FRAME = jpegSegment(0xc0, [8, 0, 9, 0, 9, 1, 1, 0x11, 0]);

const CORRUPT_JPEGS: readonly (readonly [claim: string, options: JpegOptions, word: string])[] = [
  ["width 0", { width: 0 }, "width"],
  ["width and height 0", { width: 0, height: 0 }, "width"],
  ["no components", { components: 0 }, "component"],
  ["precision 0", { precision: 0 }, "precision"],
  ["precision 16", { marker: 0xc1, precision: 16 }, "precision"],
  ["sampling factor 0", { samplings: [0x11, 0x01, 0x11] }, "0x1"],
  ["sampling factor 5", { samplings: [0x11, 0x25, 0x11] }, "2x5"],
  ["tables of length 0", { before: [Uint8Array.of(0xff, 0xdb, 0, 0)] }, "value is 0"],
  ["tables of length 1", { before: [Uint8Array.of(0xff, 0xc4, 0, 1)] }, "value is 1"],
  ["a frame header of length 0", { before: [Uint8Array.of(0xff, 0xc0, 0, 0)] }, "segment length"],
  ["a frame header of length 1", { before: [Uint8Array.of(0xff, 0xc0, 0, 1)] }, "segment length"],
  ["a frame header too short for a size", {
    before: [jpegSegment(0xc0, [8, 0, 2, 0, 3])],
  }, "at least 6 bytes"],
  ["a frame header too short for its components", {
    before: [jpegSegment(0xc0, [8, 0, 2, 0, 3, 3, 1, 0x11, 0])],
  }, "3 components must hold 15 bytes"],
  ["a frame header too long for its components", {
    before: [jpegSegment(0xc0, [8, 0, 2, 0, 3, 1, 1, 0x11, 0, 0])],
  }, "1 components must hold 9 bytes"],
  ["a second frame before the scan", { after: [SECOND_FRAME] }, "one frame header"],
  ["a scan of length 0", { after: [Uint8Array.of(0xff, 0xda, 0, 0)] }, "value is 0"],
  ["a scan before any frame", { before: [Uint8Array.of(0xff, 0xda)] }, "frame header must precede"],
  ["an end before any frame", { before: [Uint8Array.of(0xff, 0xd9)] }, "EOI"],
  ["an end before the scan", { after: [Uint8Array.of(0xff, 0xd9)] }, "EOI"],
  ["a second start", { before: [Uint8Array.of(0xff, 0xd8)] }, "SOI"],
];

for (const [claim, options, word] of CORRUPT_JPEGS) {
  Deno.test(`readHeader() refuses a JPEG as corrupt: ${claim}`, () => {
    assertRefused(buildJpeg(options), "corrupt-image", "JPEG", word);
  });
}

Deno.test("readHeader() gives the coefficients of a JPEG of several scans, 128 bytes a block", () => {
  const size = { width: 33, height: 17, samplings: [0x22, 0x11, 0x11] };
  const coefficientBytes = 128 * (24 + 6 + 6);
  for (const options of [{ marker: 0xc2 }, { scanned: 1 }, { marker: 0xc1, scanned: 2 }]) {
    assertEquals(readHeader(buildJpeg({ ...size, ...options })).coefficientBytes, coefficientBytes);
  }
  assertEquals("coefficientBytes" in readHeader(buildJpeg(size)), false);
});
