import { assert, assertEquals } from "@std/assert";
import { constants, deflateSync, inflateSync } from "node:zlib";
import { readPngHeader } from "../../src/image/formats/png.ts";
import { buildWholePng, wholeChunk, type WholePngOptions } from "../image/formats/build_png.ts";
import { orientationTiff } from "../image/formats/build_tiff.ts";
import { bytesOf } from "../image/formats/bytes_of.ts";
import { decodePng } from "./decode_png.ts";

// Equivalents of the valid files of PngSuite, by their names there. Each file and the colours that
// it must have come from the same drawing.

const GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGBA = 6;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Colours of a palette; no two are the same. */
const COLOURS = Array.from({ length: 256 }, (_, i) => [i * 7 % 256, i * 31 % 256, 255 - i]);

interface SuiteOptions extends Partial<WholePngOptions> {
  /** Stored samples of the transparent colour of grey and RGB. */
  readonly key?: readonly number[];
  /** Alpha of the first colours of a palette. */
  readonly alphas?: readonly number[];
}

interface SuiteCase {
  readonly file: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Grey, RGB or RGBA of a pixel. */
  readonly colours: (x: number, y: number) => readonly number[];
}

/** Maximum stored sample. */
function maxOf(colourType: number, bitDepth: number): number {
  return colourType === PALETTE ? Math.min(2 ** bitDepth, 200) - 1 : 2 ** bitDepth - 1;
}

/** Draws stored samples, with slopes that differ by channel, so that each filter matters. */
function drawing(colourType: number, bitDepth: number) {
  const max = maxOf(colourType, bitDepth);
  return (x: number, y: number): readonly number[] =>
    Array.from({ length: CHANNELS[colourType]! }, (_, channel) => {
      const slope = x * (channel + 3) + y * (5 - channel);
      return (Math.floor(slope * max / 97) + (x >> 3) * channel) % (max + 1);
    });
}

/** Builds a file like those that PngSuite names by colour type and depth. */
function suiteCase(colourType: number, bitDepth: number, options: SuiteOptions = {}): SuiteCase {
  const { key, alphas, chunks = [], ...rest } = options;
  const { width = 32, height = 32 } = rest;
  const samples = drawing(colourType, bitDepth);
  const palette = COLOURS.slice(0, maxOf(colourType, bitDepth) + 1);
  const transparency = key?.flatMap((sample) => [sample >> 8, sample & 255]) ?? alphas;
  const file = buildWholePng({
    ...{ width, height, bitDepth, colourType, samples },
    ...rest,
    chunks: [
      ...colourType === PALETTE ? [wholeChunk("PLTE", palette.flat())] : [],
      ...transparency === undefined ? [] : [wholeChunk("tRNS", transparency)],
      ...chunks,
    ],
  });
  const colours = (x: number, y: number) => coloursOf(samples(x, y), colourType, bitDepth, options);
  return { file, width, height, colours };
}

/** Returns grey, RGB or RGBA of stored samples. */
function coloursOf(
  samples: readonly number[],
  colourType: number,
  bitDepth: number,
  { key, alphas }: SuiteOptions,
): readonly number[] {
  const [first = 0] = samples;
  if (colourType === PALETTE) {
    return alphas === undefined ? COLOURS[first]! : [...COLOURS[first]!, alphas[first] ?? 255];
  }
  const max = maxOf(colourType, bitDepth);
  const levels = samples.map((sample) => bitDepth === 16 ? sample >> 8 : sample * 255 / max);
  const alpha = key === undefined ? [] : [samples.join() === key.join() ? 0 : 255];
  const [grey = 0, own = 0] = levels;
  if (colourType === GREY_ALPHA) return [grey, grey, grey, own];
  return colourType === GREY && key !== undefined
    ? [grey, grey, grey, ...alpha]
    : [...levels, ...alpha];
}

const KINDS = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => ["0g", GREY, depth] as const),
  ...([8, 16] as const).map((depth) => ["2c", RGB, depth] as const),
  ...([1, 2, 4, 8] as const).map((depth) => ["3p", PALETTE, depth] as const),
  ...([8, 16] as const).map((depth) => ["4a", GREY_ALPHA, depth] as const),
  ...([8, 16] as const).map((depth) => ["6a", RGBA, depth] as const),
];

/** Returns the end of a name in PngSuite. */
function kindName(kind: string, bitDepth: number): string {
  return `${kind}${String(bitDepth).padStart(2, "0")}`;
}

const BASIC = KINDS.flatMap(([kind, colourType, bitDepth]): [string, SuiteCase][] => {
  const name = kindName(kind, bitDepth);
  return [
    [`basn${name}`, suiteCase(colourType, bitDepth)],
    [`basi${name}`, suiteCase(colourType, bitDepth, { interlaced: true })],
  ];
});

const SIDES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 33, 34, 35, 36, 37, 38, 39, 40];
const ODD_SIZES = SIDES.flatMap((side): [string, SuiteCase][] => {
  const size = { width: side, height: side };
  const name = `s${String(side).padStart(2, "0")}`;
  return [
    [`${name}n3p04`, suiteCase(PALETTE, 4, size)],
    [`${name}i3p04`, suiteCase(PALETTE, 4, { ...size, interlaced: true })],
    // Not in PngSuite: sides that differ, and other depths.
    [`${name}i2c08 of height 1`, suiteCase(RGB, 8, { width: side, height: 1, interlaced: true })],
    [`${name}i6a16 of width 1`, suiteCase(RGBA, 16, { width: 1, height: side, interlaced: true })],
    [`${name}i0g01`, suiteCase(GREY, 1, { ...size, interlaced: true })],
  ];
});

const FILTERS = KINDS.flatMap(([kind, colourType, bitDepth]) =>
  [0, 1, 2, 3, 4].map((filter): [string, SuiteCase] => [
    `f0${filter}n${kindName(kind, bitDepth)}`,
    suiteCase(colourType, bitDepth, { filter: () => filter }),
  ])
);
const MIXED: [string, SuiteCase][] = KINDS.flatMap(([kind, colourType, bitDepth]) => {
  const filter = (row: number) => row * 3 % 5;
  const name = kindName(kind, bitDepth);
  return [
    [`f99n${name}`, suiteCase(colourType, bitDepth, { filter })],
    [`f99i${name}`, suiteCase(colourType, bitDepth, { filter, interlaced: true })],
  ];
});

/** Returns the stored samples of a pixel, as the transparent colour. */
function keyOf(colourType: number, bitDepth: number): readonly number[] {
  return drawing(colourType, bitDepth)(9, 9);
}

const ALPHAS = Array.from({ length: 50 }, (_, i) => i * 5);
const TRANSPARENT: [string, SuiteCase][] = [
  ["tp0n0g01", suiteCase(GREY, 1, { key: [0] })],
  ["tm3n3p02", suiteCase(PALETTE, 2, { alphas: [0, 85, 170] })],
  ["tp1n3p08", suiteCase(PALETTE, 8, { alphas: [0] })],
  // "tb" with every colour type that has no alpha of its own, and every depth.
  ...KINDS.filter(([, colourType]) => colourType < GREY_ALPHA).flatMap(
    ([kind, colourType, bitDepth]): [string, SuiteCase][] => {
      const name = kindName(kind, bitDepth);
      const options = colourType === PALETTE
        ? { alphas: ALPHAS.slice(0, 2 ** bitDepth) }
        : { key: keyOf(colourType, bitDepth) };
      return [
        [`tb n${name}`, suiteCase(colourType, bitDepth, options)],
        [`tb i${name}`, suiteCase(colourType, bitDepth, { ...options, interlaced: true })],
      ];
    },
  ),
];

function u32(...values: readonly number[]): number[] {
  return values.flatMap((value) => [24, 16, 8, 0].map((shift) => value >>> shift & 255));
}

/** Chunks that change no pixel. */
const ANCILLARY: readonly (readonly [string, number, number, Uint8Array])[] = [
  ["bgan6a08", RGBA, 8, wholeChunk("bKGD", [0, 255, 0, 255, 0, 0])],
  ["bgbn4a08", GREY_ALPHA, 8, wholeChunk("bKGD", [0, 99])],
  ["bgwn2c08", RGB, 8, wholeChunk("bKGD", [0, 1, 0, 2, 0, 3])],
  ["bgyn3p08", PALETTE, 8, wholeChunk("bKGD", [7])],
  ...[35_000, 45_455, 55_000, 70_000, 100_000, 250_000].map((gamma) =>
    [`g ${gamma}`, RGB, 16, wholeChunk("gAMA", u32(gamma))] as const
  ),
  ["ccwn2c08", RGB, 8, wholeChunk("cHRM", u32(...Array(8).fill(31_270)))],
  ["sRGB", RGB, 8, wholeChunk("sRGB", [0])],
  ["cICP", RGB, 16, wholeChunk("cICP", [9, 16, 0, 1])],
  ["iCCP", RGB, 8, wholeChunk("iCCP", [...bytesOf("icc\0\0"), ...deflateSync(bytesOf("no icc"))])],
  ["cdfn2c08", RGB, 8, wholeChunk("pHYs", [...u32(1, 4), 0])],
  ["ch1n3p04", PALETTE, 4, wholeChunk("hIST", Array(32).fill(1))],
  ["cm0n0g04", GREY, 4, wholeChunk("tIME", [7, 208, 1, 1, 12, 34, 56])],
  ["cs3n2c16", RGB, 16, wholeChunk("sBIT", [13, 13, 13])],
  ["cs3n3p08", PALETTE, 8, wholeChunk("sBIT", [3, 3, 3])],
  ["ct1n0g04", GREY, 4, wholeChunk("tEXt", bytesOf("Title\0PngSuite"))],
  ["ctzn0g04", GREY, 4, wholeChunk("zTXt", [...bytesOf("T\0\0"), ...deflateSync(bytesOf("a"))])],
  ["ctfn0g04", GREY, 4, wholeChunk("iTXt", bytesOf("Title\0\0\0fi\0Otsikko\0PngSuite"))],
  ["ps1n2c16", RGB, 16, wholeChunk("sPLT", [...bytesOf("six\0"), 8, 1, 2, 3, 255, 0, 1])],
  ["pp0n2c16", RGB, 16, wholeChunk("PLTE", COLOURS.flat())],
  ["pp0n6a08", RGBA, 8, wholeChunk("PLTE", COLOURS.flat())],
  ["exif2c08", RGB, 8, wholeChunk("eXIf", orientationTiff(6))],
  ["a private chunk", RGB, 8, wholeChunk("prVt", bytesOf("any bytes"))],
];

const SPLIT = [1, 2, 7, 1000].flatMap((idatBytes): [string, SuiteCase][] => [
  [`oi n0g16 of ${idatBytes} bytes`, suiteCase(GREY, 16, { idatBytes })],
  [`oi n2c16 of ${idatBytes} bytes`, suiteCase(RGB, 16, { idatBytes })],
  [`oi i2c16 of ${idatBytes} bytes`, suiteCase(RGB, 16, { idatBytes, interlaced: true })],
]);
const LEVELS = [0, 1, 3, 6, 9].map((level): [string, SuiteCase] => [
  `z0${level}n2c08`,
  suiteCase(RGB, 8, { level }),
]);

/** Ways of zlib to compress, which PngSuite lacks. */
const STREAMS = Object.entries({
  ...Object.fromEntries([9, 11, 13, 15].map((windowBits) => [
    `a window of ${windowBits} bits`,
    { windowBits },
  ])),
  "fixed codes": { strategy: constants.Z_FIXED },
  "codes alone": { strategy: constants.Z_HUFFMAN_ONLY },
  "runs alone": { strategy: constants.Z_RLE },
}).map(([name, options]): [string, SuiteCase] => [
  `z09n2c08 with ${name}`,
  suiteCase(RGB, 8, { edit: (stream) => deflateSync(inflateSync(stream), options) }),
]);

const SUITE: readonly (readonly [name: string, SuiteCase])[] = [
  ...[BASIC, ODD_SIZES, FILTERS, MIXED, TRANSPARENT, SPLIT, LEVELS, STREAMS].flat(),
  ...ANCILLARY.map(([name, colourType, bitDepth, chunk]) =>
    [name, suiteCase(colourType, bitDepth, { chunks: [chunk] })] as const
  ),
];

for (const [name, { file, width, height, colours }] of SUITE) {
  Deno.test(`pngDecoder() decodes the equivalent of PngSuite's ${name}`, () => {
    const { data, channels, ...size } = decodePng(file);
    assertEquals([size.width, size.height], [width, height]);
    const expected = Array.from({ length: width * height }, (_, i) => {
      return colours(i % width, Math.floor(i / width));
    });
    assertEquals<number>(channels, expected[0]!.length);
    assertEquals([...data], expected.flat());
    assertEquals(readPngHeader(file).hasAlpha, channels === 4);
  });
}

Deno.test("the transparent files have both transparent and opaque pixels", () => {
  // Proves that the cases above test something.
  for (const [name, { file }] of TRANSPARENT) {
    const alphas = new Set(decodePng(file).data.filter((_, i) => i % 4 === 3));
    assert(alphas.has(0) && alphas.size > 1, name);
  }
});
