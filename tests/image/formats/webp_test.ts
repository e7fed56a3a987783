import { assertEquals } from "@std/assert";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { readWebpHeader } from "../../../src/image/formats/webp.ts";
import { assertRefused } from "./assert_refused.ts";
import { orientationTiff } from "./build_tiff.ts";
import {
  ANIMATED,
  anmf,
  buildWebp,
  HAS_ALPHA,
  HAS_EXIF,
  vp8Frame,
  vp8lFrame,
  vp8x,
  webpChunk,
} from "./build_webp.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";

const LOSSY = webpChunk("VP8 ", vp8Frame());
const LOSSLESS = webpChunk("VP8L", vp8lFrame());
const ALPHA = webpChunk("ALPH", [0, 1, 2]);

Deno.test("readHeader() reads the size of a lossy WebP without its scaling bits", () => {
  const frame = vp8Frame(0x4000 + 16_383, 0xc000 + 2);
  assertEquals(readHeader(buildWebp([webpChunk("VP8 ", frame)])), {
    format: "webp",
    width: 16_383,
    height: 2,
    orientation: 1,
    bitDepth: 8,
    channels: 3,
    hasAlpha: false,
    frame: {
      ...{ left: 0, top: 0, width: 16_383, height: 2 },
      ...{ lossless: false, data: frame, hasAlpha: false },
    },
  });
});

const WEBPS: readonly (readonly [
  claim: string,
  chunks: readonly Uint8Array[],
  expected: readonly [width: number, height: number, hasAlpha: boolean],
])[] = [
  ["lossless", [LOSSLESS], [3, 2, false]],
  ["lossless, of the largest size", [webpChunk("VP8L", vp8lFrame(16_384, 16_384))], [
    16_384,
    16_384,
    false,
  ]],
  ["lossless with alpha", [webpChunk("VP8L", vp8lFrame(3, 2, true))], [3, 2, true]],
  ["extended", [vp8x(0), LOSSY], [3, 2, false]],
  ["with alpha beside lossy pixels", [vp8x(HAS_ALPHA), ALPHA, LOSSY], [3, 2, true]],
  // Browsers ignore alpha that the flags do not announce.
  ["with alpha that is not announced", [vp8x(0), ALPHA, LOSSY], [3, 2, false]],
  ["with a colour profile and unknown chunks", [
    vp8x(0x20),
    webpChunk("ICCP", [1, 2, 3]),
    webpChunk("abcd", []),
    LOSSY,
  ], [3, 2, false]],
  ["animated", [
    vp8x(ANIMATED),
    webpChunk("ANIM", [0, 0, 0, 0, 0, 0]),
    anmf([0, 0, 3, 2], LOSSY),
    anmf([0, 0, 3, 2], LOSSLESS),
  ], [3, 2, false]],
  ["animated, with a first frame smaller than the canvas", [
    vp8x(ANIMATED, 9, 8),
    anmf([2, 6, 3, 2], LOSSY),
  ], [9, 8, true]],
];

for (const [claim, chunks, expected] of WEBPS) {
  Deno.test(`readHeader() reads a WebP: ${claim}`, () => {
    const { width, height, hasAlpha } = readHeader(buildWebp(chunks));
    assertEquals([width, height, hasAlpha], [...expected]);
  });
}

Deno.test("readWebpHeader() returns the first frame of an animation and its place", () => {
  const frame = joinBytes(ALPHA, LOSSY);
  const { left, top, width, height, lossless, alpha, data } = readWebpHeader(buildWebp([
    vp8x(ANIMATED | HAS_ALPHA, 9, 8),
    anmf([2, 6, 3, 2], frame),
    anmf([0, 0, 9, 8], webpChunk("VP8L", vp8lFrame(9, 8))),
  ])).frame;
  assertEquals([left, top, width, height, lossless], [2, 6, 3, 2, false]);
  assertEquals([alpha, data], [Uint8Array.of(0, 1, 2), vp8Frame()]);
});

Deno.test("readWebpHeader() drops alpha that the flags of a WebP do not announce", () => {
  const alphas = [0, HAS_ALPHA].map((flags) => {
    return readWebpHeader(buildWebp([vp8x(flags), ALPHA, LOSSY])).frame.alpha;
  });
  assertEquals(alphas, [undefined, Uint8Array.of(0, 1, 2)]);
});

for (const prefix of ["", "Exif\0\0"]) {
  Deno.test(`readHeader() reads the orientation of a WebP after the prefix "${prefix}"`, () => {
    for (let value = 1; value <= 8; value++) {
      const exif = webpChunk("EXIF", joinBytes(bytesOf(prefix), orientationTiff(value, true)));
      const file = buildWebp([vp8x(HAS_EXIF), LOSSY, webpChunk("XMP ", [1]), exif]);
      assertEquals(readHeader(file).orientation, value);
    }
  });
}

Deno.test("readHeader() returns orientation 1 for a WebP with missing or invalid Exif", () => {
  const exif = webpChunk("EXIF", orientationTiff(6));
  for (
    const chunks of [
      [vp8x(HAS_EXIF), LOSSY],
      [vp8x(HAS_EXIF), LOSSY, webpChunk("EXIF", [1, 2])],
      [vp8x(0), LOSSY, exif], // Not announced, so it is not read.
    ]
  ) {
    assertEquals(readHeader(buildWebp(chunks)).orientation, 1);
  }
});

Deno.test("readHeader() ignores Exif behind the declared end of a WebP", () => {
  const chunks = [vp8x(HAS_EXIF), LOSSY];
  const exif = webpChunk("EXIF", orientationTiff(6));
  assertEquals(readHeader(joinBytes(buildWebp(chunks), exif)).orientation, 1);
});

Deno.test("readHeader() refuses a WebP cut between its pixels and its Exif as truncated", () => {
  const file = buildWebp([vp8x(HAS_EXIF), LOSSY, webpChunk("EXIF", orientationTiff(6))]);
  assertRefused(file.subarray(0, buildWebp([vp8x(HAS_EXIF), LOSSY]).length), "truncated-image");
});

const CORRUPT: readonly (readonly [claim: string, bytes: Uint8Array, word: string])[] = [
  ["width 0", buildWebp([webpChunk("VP8 ", vp8Frame(0x4000, 2))]), "at least 1x1"],
  ["height 0", buildWebp([webpChunk("VP8 ", vp8Frame(3, 0))]), "at least 1x1"],
  [
    "another frame than a key frame",
    buildWebp([webpChunk("VP8 ", [0x11, ...vp8Frame().slice(1)])]),
    "key frame",
  ],
  ["no start code", buildWebp([webpChunk("VP8 ", new Uint8Array(10))]), "2a019d"],
  ["no lossless signature", buildWebp([webpChunk("VP8L", [0, 0, 0, 0, 0])]), "byte 47"],
  ["version 1", buildWebp([webpChunk("VP8L", [0x2f, 0, 0, 0, 0x20])]), "must be 0"],
  ["a frame shorter than its header", buildWebp([webpChunk("VP8L", [0x2f]), LOSSY]), "part"],
  ["a VP8X chunk that is too short", buildWebp([webpChunk("VP8X", [0]), LOSSY]), "10 bytes"],
  ["an image smaller than its canvas", buildWebp([vp8x(0, 4, 2), LOSSY]), "fill the canvas"],
  ["an image larger than its canvas", buildWebp([vp8x(0, 2, 2), LOSSY]), "inside the canvas"],
  [
    "a frame whose pixels have another size",
    buildWebp([vp8x(ANIMATED, 9, 9), anmf([0, 0, 2, 2], LOSSY)]),
    "2x2 pixels",
  ],
  [
    "a frame that extends beyond its canvas",
    buildWebp([vp8x(ANIMATED, 9, 9), anmf([8, 0, 3, 2], LOSSY)]),
    "3x2 at (8, 0)",
  ],
  [
    "a frame whose chunk extends beyond it",
    buildWebp([vp8x(ANIMATED), anmf([0, 0, 3, 2], webpChunk("VP8 ", vp8Frame(), 99)), LOSSY]),
    "part",
  ],
  [
    "a frame without pixels",
    buildWebp([vp8x(ANIMATED), anmf([0, 0, 3, 2], ALPHA), LOSSY]),
    "part",
  ],
];

for (const [claim, bytes, word] of CORRUPT) {
  Deno.test(`readHeader() refuses a WebP as corrupt: ${claim}`, () => {
    assertRefused(bytes, "corrupt-image", "WebP", word);
  });
}

Deno.test("readHeader() refuses a WebP with a chunk longer than the file as truncated", () => {
  for (const length of [11, 1000, 0x7fffffff, 0xffffffff]) {
    assertRefused(buildWebp([webpChunk("VP8 ", vp8Frame(), length)]), "truncated-image");
    assertRefused(buildWebp([vp8x(0), webpChunk("abcd", [], length)]), "truncated-image");
  }
});
