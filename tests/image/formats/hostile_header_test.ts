import { assert, assertEquals } from "@std/assert";
import { DomainError, type ErrorCode } from "../../../src/core/domain_error.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { box, buildAvif } from "./build_avif.ts";
import { buildBmp } from "./build_bmp.ts";
import { buildGif } from "./build_gif.ts";
import { buildJpeg, exifSegment, jpegSegment } from "./build_jpeg.ts";
import { buildPng, pngChunk } from "./build_png.ts";
import { orientationTiff as tiff } from "./build_tiff.ts";
import { ANIMATED, anmf, buildWebp, HAS_EXIF, vp8Frame, vp8x, webpChunk } from "./build_webp.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";
import { seededRandom } from "../../random.ts";

const XMP = jpegSegment(0xe1, bytesOf("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"));
const JFIF = jpegSegment(0xe0, bytesOf("JFIF\0\x01\x01\0\0\x01\0\x01\0\0"));
const TRANSPARENCY = pngChunk("tRNS", [0]);
const COMMENT = [0x21, 0xfe, 3, 0x2c, 0x2c, 0x3b, 1, 0, 0];
const CONTROL = [0x21, 0xf9, 4, 1, 0, 0, 0, 0];

/**
 * Complete headers that end with their last required byte, and the bytes that identify the format:
 * the first twelve of an AVIF, the first one of any other.
 */
const HEADERS: readonly (readonly [name: string, bytes: Uint8Array, knownFrom?: number])[] = [
  ["JPEG", buildJpeg({ before: [JFIF, exifSegment(tiff(6))], after: [XMP] })],
  ["progressive JPEG", buildJpeg({ marker: 0xc2, before: [XMP, exifSegment(tiff(8, true))] })],
  ["PNG", buildPng({ colourType: 3, chunks: [pngChunk("eXIf", tiff(3)), TRANSPARENCY] })],
  ["GIF", buildGif({ globalBits: 2, localBits: 1, blocks: [...CONTROL, ...COMMENT] })],
  ["WebP", buildWebp([webpChunk("VP8 ", vp8Frame())])],
  [
    "WebP with Exif",
    buildWebp([vp8x(HAS_EXIF), webpChunk("VP8 ", vp8Frame()), webpChunk("EXIF", tiff(6))]),
  ],
  [
    "animated WebP",
    buildWebp([vp8x(ANIMATED), anmf([0, 0, 3, 2], webpChunk("VP8 ", vp8Frame()))]),
  ],
  ["BMP", buildBmp({ bitsPerPixel: 4, colours: 3, palette: Array(12).fill(7) })],
  ["AVIF", buildAvif({ before: [box("free", bytesOf("free"))] }), 12],
];

for (const [name, bytes, knownFrom = 1] of HEADERS) {
  Deno.test(`readHeader() refuses a ${name} truncated at any byte`, () => {
    assertRefused(bytes.subarray(0, 0), "no-image");
    for (let length = knownFrom; length < bytes.length; length++) {
      assertRefused(bytes.subarray(0, length), "truncated-image", `after ${length}.`);
    }
  });

  Deno.test(`readHeader() of a ${name} ignores the bytes behind its header`, () => {
    const longer = joinBytes(bytes, Uint8Array.of(0, 0xff, 0xc0, 0, 0, 0x3b), bytes);
    assertEquals(readHeader(longer), readHeader(bytes));
  });

  Deno.test(`readHeader() reads a ${name} in a view of a larger buffer`, () => {
    const buffer = joinBytes(Uint8Array.of(1, 2, 3), bytes, bytes);
    const view = buffer.subarray(3, 3 + bytes.length);
    assertEquals(readHeader(view), readHeader(bytes));
    assertRefused(view.subarray(0, -1), "truncated-image");
  });
}

const CODES: readonly ErrorCode[] = [
  "no-image",
  "not-an-image",
  "unsupported-format",
  "truncated-image",
  "corrupt-image",
];

/** Returns "read" or the code of the error, which must be one of `CODES`. */
function outcome(bytes: Uint8Array): string {
  try {
    const { width, height, orientation } = readHeader(bytes);
    assert(width >= 1 && height >= 1 && orientation >= 1 && orientation <= 8);
    return "read";
  } catch (error) {
    if (!(error instanceof DomainError)) {
      throw new Error(`for the bytes ${bytes}`, { cause: error });
    }
    assert(CODES.includes(error.code), error.code);
    return error.code;
  }
}

/** Changes one to eight bytes, half of them to edge values of lengths, and cuts a quarter. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const mutant = bytes.slice();
  const below = (limit: number) => Math.floor(random() * limit);
  const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
  for (let i = below(8); i >= 0; i--) {
    mutant[below(mutant.length)] = below(2) === 0 ? edges[below(edges.length)]! : below(256);
  }
  return below(4) === 0 ? mutant.subarray(0, below(mutant.length + 1)) : mutant;
}

Deno.test("readHeader() returns or throws a declared code for 3000 mutations of each header", () => {
  const random = seededRandom(20_241_123);
  const seen = new Set<string>();
  for (const [, bytes] of HEADERS) {
    for (let i = 0; i < 3000; i++) seen.add(outcome(mutate(bytes, random)));
  }
  for (const end of ["read", "not-an-image", "truncated-image", "corrupt-image"]) {
    assert(seen.has(end), `no mutation ended in ${end}: the mutations do not reach it`);
  }
});

Deno.test("readHeader() ends for any value of any byte", () => {
  for (const [, bytes] of HEADERS) {
    const mutant = bytes.slice();
    for (let at = 0; at < bytes.length; at++) {
      for (let value = 0; value < 256; value++) {
        mutant[at] = value;
        outcome(mutant);
      }
      mutant[at] = bytes[at]!;
    }
  }
});

/** Repeats bytes up to a megabyte. */
function megabyteOf(...piece: readonly number[]): Uint8Array {
  return new Uint8Array(2 ** 20).map((_, i) => piece[i % piece.length]!);
}

const ENDLESS: readonly (readonly [claim: string, bytes: Uint8Array, end?: ErrorCode])[] = [
  ["a JPEG of fill bytes", joinBytes(Uint8Array.of(0xff, 0xd8), megabyteOf(0xff))],
  [
    "a JPEG of markers without length",
    joinBytes(bytesOf("\xff\xd8"), megabyteOf(0xff, 0xd0)),
    "corrupt-image",
  ],
  [
    "a JPEG of empty segments",
    joinBytes(bytesOf("\xff\xd8"), megabyteOf(0xff, 0xe1, 0, 2)),
    "corrupt-image",
  ],
  ["a JPEG of stray bytes", joinBytes(bytesOf("\xff\xd8\xff\xe0\0\x02"), megabyteOf(0xff, 0))],
  [
    "a PNG of empty chunks",
    joinBytes(buildPng().subarray(0, 33), megabyteOf(...pngChunk("aAAa", []))),
    "corrupt-image",
  ],
  [
    "a GIF of tiny sub-blocks",
    joinBytes(buildGif().subarray(0, 13), bytesOf("!\xfe"), megabyteOf(1)),
  ],
  [
    "a WebP of empty chunks",
    joinBytes(buildWebp([vp8x(0)], 2 ** 31), megabyteOf(...webpChunk("abcd", []))),
    "corrupt-image",
  ],
  [
    "a WebP of empty chunks behind its image",
    joinBytes(
      buildWebp([vp8x(HAS_EXIF), webpChunk("VP8 ", vp8Frame())], 2 ** 31),
      megabyteOf(...webpChunk("abcd", [])),
    ),
    "corrupt-image",
  ],
  [
    "a GIF of empty extensions",
    joinBytes(buildGif().subarray(0, 13), megabyteOf(0x21, 1, 0)),
    "corrupt-image",
  ],
];

for (const [claim, bytes, end = "truncated-image"] of ENDLESS) {
  Deno.test(`readHeader() refuses a megabyte of ${claim}: ${end}`, () => {
    assertRefused(bytes, end);
  });
}
