import { assert, assertEquals } from "@std/assert";
import { decodeBmp } from "../../src/codecs/bmp.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import {
  type BmpOptions,
  buildBmp,
  encodeRuns,
  littleEndian,
  packRows,
} from "../image/formats/build_bmp.ts";
import { assertDomainError } from "../testing.ts";

// Equivalents of the files of bmpsuite, by their names in its folders "g" (good) and "q"
// (questionable). Each file and the colours that it must have come from the same drawing.

/** Colour of a pixel, 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number];
type Rgba = readonly [...Rgb, alpha: number];
/** Returns a value of the pixel at column x and row y, from the top. */
type Drawing<Value> = (x: number, y: number) => Value;

const WIDTH = 127;
const HEIGHT = 64;

interface SuiteCase {
  readonly file: Uint8Array;
  readonly width?: number;
  readonly colours: Drawing<Rgb | Rgba>;
}

/** Builds rows from the bottom up, as most files store them. */
function rowsOf<Value>(drawing: Drawing<Value>, width = WIDTH): Value[][] {
  return Array.from({ length: HEIGHT }, (_, row) => {
    return Array.from({ length: width }, (_, x) => drawing(x, HEIGHT - 1 - row));
  });
}

// Palette images.

/** Stripes of equal indices beside pixels that all differ. */
function indexDrawing(colours: number): Drawing<number> {
  return (x, y) => (x % 32 < 16 ? y >> 2 : x * 7 + y * 3) % colours;
}

/** Colours of a palette: six levels of red, seven of green and six of blue. */
const COLOURS_252: readonly Rgb[] = Array.from({ length: 252 }, (_, i) => {
  return [51 * (i % 6), Math.round(42.5 * (Math.floor(i / 6) % 7)), 51 * Math.floor(i / 42)];
});
const COLOURS_12 = COLOURS_252.filter((_, i) => i % 21 === 5);
const BLACK_WHITE: readonly Rgb[] = [[0, 0, 0], [255, 255, 255]];
const WHITE_BLACK: readonly Rgb[] = [[255, 255, 255], [0, 0, 0]];
const BLUE_GREEN: readonly Rgb[] = [[64, 64, 255], [64, 255, 64]];
const GREYS_16: readonly Rgb[] = Array.from({ length: 16 }, (_, i) => [17 * i, 17 * i, 17 * i]);
const GREYS_256: readonly Rgb[] = Array.from({ length: 256 }, (_, i) => [i, i, i]);

function paletteBytes(colours: readonly Rgb[], entryBytes = 4): number[] {
  return colours.flatMap(([red, green, blue]) => [blue, green, red, 0].slice(0, entryBytes));
}

interface PaletteChange extends BmpOptions {
  readonly topDown?: boolean;
  /** True to store run lengths. */
  readonly runs?: boolean;
}

function paletteCase(
  bits: 1 | 2 | 4 | 8,
  colours: readonly Rgb[],
  change: PaletteChange = {},
): SuiteCase {
  const { topDown = false, runs = false, ...options } = change;
  const width = change.width ?? WIDTH;
  const drawing = indexDrawing(colours.length);
  const rows = rowsOf(drawing, width);
  if (topDown) rows.reverse();
  const file = buildBmp({
    ...{ bitsPerPixel: bits, width, height: topDown ? -HEIGHT : HEIGHT },
    ...{
      colours: colours.length,
      palette: paletteBytes(colours, options.headerBytes === 12 ? 3 : 4),
    },
    ...(runs && (bits === 4 || bits === 8)
      ? { compression: bits === 8 ? 1 : 2, pixels: encodeRuns(rows, bits) }
      : { pixels: packRows(rows, bits) }),
    ...options,
  });
  return { file, width, colours: (x, y) => colours[drawing(x, y)]! };
}

/**
 * Builds a file from run lengths made by hand.
 *
 * @param rows Indices that each row shows, from the bottom up; "." and missing pixels are black.
 */
function runCase(
  bits: 4 | 8,
  pixels: readonly number[],
  rows: Readonly<Record<number, string>>,
): SuiteCase {
  const colours = bits === 8 ? COLOURS_252 : COLOURS_12;
  const file = buildBmp({
    ...{ bitsPerPixel: bits, width: WIDTH, height: HEIGHT, compression: bits === 8 ? 1 : 2 },
    ...{ colours: colours.length, palette: paletteBytes(colours), pixels },
  });
  return {
    file,
    colours: (x, y) => colours[parseInt(rows[HEIGHT - 1 - y]?.[x] ?? ".", 16)] ?? [0, 0, 0],
  };
}

const EOL = [0, 0];
const EOB = [0, 1];
/** Row 0 ends early, row 1 has a gap of 10 pixels, row 4 runs out of the image. */
const RUNS_8 = [
  ...[5, 1, 0, 3, 2, 3, 4, 0, ...EOL],
  ...[2, 1, 0, 2, 10, 0, 3, 2, ...EOL],
  ...[0, 2, 120, 2, 255, 7, 9, 8, ...EOL],
];
const RUN_ROWS_8 = {
  0: "11111234",
  1: "11..........222",
  4: ".".repeat(120) + "7777777",
};
const RUNS_4 = [
  ...[5, 0x12, 0, 3, 0x34, 0x50, ...EOL],
  ...[2, 0x11, 0, 2, 10, 0, 3, 0x22, ...EOL],
  ...[0, 2, 120, 2, 255, 0x67, 9, 0x88, ...EOL],
];
const RUN_ROWS_4 = {
  0: "12121345",
  1: "11..........222",
  4: ".".repeat(120) + "6767676",
};

// Colours.

/** Fields of a pixel, the bits of each channel from the top of the mask. */
interface Field {
  readonly shift: number;
  readonly bits: number;
}

/** Level of a channel at a pixel, from 0 to `max`; all of them occur. */
function levelAt(channel: number, max: number, x: number, y: number): number {
  return Math.floor(
    (channel === 0 ? x * max : channel === 1 ? y * max * 2 : (x + y) * max) / WIDTH,
  ) %
    (max + 1);
}

function maskOf({ shift, bits }: Field): number {
  return (2 ** bits - 1) * 2 ** shift;
}

/** Builds pixels of fields, in masks of their own if the file declares them. */
function fieldCase(
  bitsPerPixel: 16 | 24 | 32,
  fields: readonly Field[],
  change: BmpOptions = {},
  unused = 0,
): SuiteCase {
  const levels = (x: number, y: number) =>
    fields.map(({ bits }, channel) => levelAt(channel, 2 ** bits - 1, x, y));
  const pixel = (x: number, y: number) =>
    fields.reduce((sum, { shift }, i) => sum + levels(x, y)[i]! * 2 ** shift, unused);
  const file = buildBmp({
    ...{ bitsPerPixel, width: WIDTH, height: HEIGHT },
    pixels: packRows(rowsOf(pixel), bitsPerPixel),
    ...(change.compression === undefined ? {} : { masks: fields.map(maskOf) }),
    ...change,
  });
  return {
    file,
    colours: (x, y) =>
      levels(x, y).map((level, i) =>
        Math.round(level * 255 / (2 ** fields[i]!.bits - 1))
      ) as unknown as Rgb,
  };
}

function field(shift: number, bits: number): Field {
  return { shift, bits };
}

const F555 = [field(10, 5), field(5, 5), field(0, 5)];
const F565 = [field(11, 5), field(5, 6), field(0, 5)];
const F888 = [field(16, 8), field(8, 8), field(0, 8)];
const F8888 = [...F888, field(24, 8)];
const MASKED = { compression: 3 };

const GOOD: Readonly<Record<string, SuiteCase>> = {
  "pal1": paletteCase(1, BLACK_WHITE),
  "pal1wb": paletteCase(1, WHITE_BLACK),
  "pal1bg": paletteCase(1, BLUE_GREEN),
  "pal4": paletteCase(4, COLOURS_12),
  "pal4gs": paletteCase(4, GREYS_16),
  "pal4rle": paletteCase(4, COLOURS_12, { runs: true }),
  "pal8": paletteCase(8, COLOURS_252),
  "pal8-0": paletteCase(8, GREYS_256, { colours: 0 }),
  "pal8gs": paletteCase(8, GREYS_256),
  "pal8rle": paletteCase(8, COLOURS_252, { runs: true }),
  "pal8w126": paletteCase(8, COLOURS_252, { width: 126 }),
  "pal8w125": paletteCase(8, COLOURS_252, { width: 125 }),
  "pal8w124": paletteCase(8, COLOURS_252, { width: 124 }),
  "pal8topdown": paletteCase(8, COLOURS_252, { topDown: true }),
  "pal8nonsquare": withResolution(paletteCase(8, COLOURS_252)),
  "pal8os2": paletteCase(8, GREYS_256, { headerBytes: 12 }),
  "pal8v4": paletteCase(8, COLOURS_252, { headerBytes: 108 }),
  "pal8v5": paletteCase(8, COLOURS_252, { headerBytes: 124 }),
  "rgb16": fieldCase(16, F555),
  "rgb16bfdef": fieldCase(16, F555, MASKED),
  "rgb16-565": fieldCase(16, F565, MASKED),
  "rgb16-565pal": fieldCase(16, F565, {
    ...MASKED,
    ...{ palette: paletteBytes(COLOURS_252), colours: 252 },
  }),
  "rgb24": fieldCase(24, F888),
  "rgb24pal": fieldCase(24, F888, { palette: paletteBytes(COLOURS_252), colours: 252 }),
  "rgb32": fieldCase(32, F888),
  "rgb32bf": fieldCase(32, [field(24, 8), field(16, 8), field(8, 8)], MASKED),
  "rgb32bfdef": fieldCase(32, F888, MASKED),
};

const QUESTIONABLE: Readonly<Record<string, SuiteCase>> = {
  "pal1p1": paletteCase(1, [[64, 64, 255]]),
  "pal2": paletteCase(2, COLOURS_12.slice(0, 4)),
  "pal8 of unknown length": paletteCase(8, COLOURS_252, { colours: 0 }),
  "pal4rlecut": runCase(4, [...RUNS_4, ...EOB], RUN_ROWS_4),
  "pal4rletrns": runCase(4, [0, 2, 0, 60, 9, 0x33, ...EOB], { 60: "333333333" }),
  "pal8rlecut": runCase(8, [...RUNS_8, ...EOB], RUN_ROWS_8),
  "pal8rletrns": runCase(8, [0, 2, 0, 60, 9, 3, ...EOB], { 60: "333333333" }),
  "pal8rle without an end": paletteWithoutEnd(),
  "pal8rle, top row first": paletteCase(8, COLOURS_252, { runs: true, topDown: true }),
  "pal8os2sp": paletteCase(8, COLOURS_252, { headerBytes: 12 }),
  "pal8os2v2": paletteCase(8, COLOURS_252, { headerBytes: 64 }),
  "pal8os2v2-16": paletteCase(8, GREYS_256, { headerBytes: 16 }),
  "pal8os2v2 with run lengths": paletteCase(8, COLOURS_252, { headerBytes: 64, runs: true }),
  "pal8oversizepal": paletteCase(8, COLOURS_252, {
    ...{ colours: 300, palette: paletteBytes([...COLOURS_252, ...Array(48).fill([9, 9, 9])]) },
  }),
  "pal8offs": paletteCase(8, COLOURS_252, {
    ...{ palette: [...paletteBytes(COLOURS_252), ...Array(100).fill(77)] },
  }),
  "rgb16-231": fieldCase(16, [field(4, 2), field(1, 3), field(0, 1)], MASKED),
  "rgb16-3103": fieldCase(16, [field(13, 3), field(3, 10), field(0, 3)], MASKED),
  "rgb24largepal": fieldCase(24, F888, { palette: Array(1200).fill(7), colours: 300 }),
  "rgb32-111110": fieldCase(32, [field(21, 11), field(10, 11), field(0, 10)], MASKED),
  "rgb32-7187": fieldCase(32, [field(25, 7), field(7, 18), field(0, 7)], MASKED),
  "rgb32fakealpha": fieldCase(32, F888, {}, 0x5a000000),
  "rgb32h52": fieldCase(32, F888, { ...MASKED, headerBytes: 52 }),
  "rgba16-4444": fieldCase(16, [field(8, 4), field(4, 4), field(0, 4), field(12, 4)], {
    ...MASKED,
    headerBytes: 108,
  }),
  "rgba16-5551": fieldCase(16, [...F555, field(15, 1)], { ...MASKED, headerBytes: 124 }),
  "rgba32": fieldCase(32, F8888, { ...MASKED, headerBytes: 108 }),
  "rgba32h56": fieldCase(32, F8888, { ...MASKED, headerBytes: 56 }),
  "rgba32abf": fieldCase(32, F8888, { compression: 6 }),
  "rgba32-1010102": fieldCase(32, [field(22, 10), field(12, 10), field(2, 10), field(0, 2)], {
    ...MASKED,
    headerBytes: 124,
  }),
  "rgb32 in a header of version 5": fieldCase(32, F888, { headerBytes: 124 }, 0x5a000000),
  "reserved bytes that are not 0": fieldCase(24, F888, { reserved: 0x12345678 }),
  "reserved bytes before a short header": paletteCase(8, GREYS_256, {
    ...{ headerBytes: 12, reserved: 0xffffffff },
  }),
};

/** Pixels per metre that are not the same on both axes. */
function withResolution({ file, ...rest }: SuiteCase): SuiteCase {
  const changed = file.slice();
  changed.set([...littleEndian(2835, 4), ...littleEndian(5670, 4)], 14 + 24);
  return { file: changed, ...rest };
}

function paletteWithoutEnd(): SuiteCase {
  const { file, ...rest } = paletteCase(8, COLOURS_252, { runs: true });
  assertEquals([...file.slice(-2)], EOB);
  return { file: file.slice(0, -2), ...rest };
}

for (
  const [name, { file, width = WIDTH, colours }] of [
    ...Object.entries(GOOD),
    ...Object.entries(QUESTIONABLE),
  ]
) {
  Deno.test(`decodeBmp() decodes the equivalent of bmpsuite's ${name}`, () => {
    const { data, channels, ...size } = decode(file);
    assertEquals([size.width, size.height], [width, HEIGHT]);
    const seen = new Set<string>();
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * channels;
        const pixel = [...data.subarray(at, at + channels)];
        assertEquals(pixel, [...colours(x, y)], `at ${x}, ${y}`);
        seen.add(pixel.join());
      }
    }
    assert(seen.size > 1 || name === "pal1p1", "all pixels are the same");
  });
}

Deno.test("decodeBmp() shows an alpha that is zero everywhere as opaque, any other as it is", () => {
  const clear = [...F888, field(24, 8)];
  const levels = (alpha: (x: number) => number) =>
    buildBmp({
      ...{ bitsPerPixel: 32, width: 3, height: 1, headerBytes: 124, compression: 3 },
      ...{ masks: clear.map(maskOf) },
      pixels: packRows([[0, 1, 2].map((x) => 0x302010 + alpha(x) * 2 ** 24)], 32),
    });
  const alphas = (file: Uint8Array) => [...decode(file).data].filter((_, i) => i % 4 === 3);
  assertEquals(alphas(levels(() => 0)), [255, 255, 255]);
  assertEquals(alphas(levels((x) => x === 2 ? 1 : 0)), [0, 0, 1]);
});

Deno.test("decodeBmp() refuses run lengths that the file ends in as truncated", () => {
  for (const name of ["pal4rle", "pal8rle"]) {
    const { file } = GOOD[name]!;
    // The end of the image may be missing, but nothing before it.
    for (let length = file.length - 4; length > 1100; length -= 97) {
      assertDomainError(() => decode(file.slice(0, length)), "truncated-image", "127x64");
    }
  }
});

Deno.test("decodeBmp() decodes run lengths that hold no pixels to black", () => {
  const white = buildBmp({
    ...{ bitsPerPixel: 4, width: 3, height: 2, compression: 2, colours: 1 },
    ...{ palette: [255, 254, 253, 0], pixels: EOB },
  });
  assertEquals([...decode(white).data], Array(18).fill(0));
});

Deno.test("readHeader() refuses bmpsuite's rgb24jpeg and rgb24png as unsupported", () => {
  for (const [compression, name] of [[4, "JPEG"], [5, "PNG"]] as const) {
    for (const bitsPerPixel of [0, 24]) {
      const file = buildBmp({ compression, bitsPerPixel, headerBytes: 124 });
      assertDomainError(() => readHeader(file), "unsupported-format", name, "send that");
    }
  }
});

function decode(bytes: Uint8Array) {
  const header = readHeader(bytes);
  if (header.format !== "bmp") throw new Error(`it is a ${header.format}`);
  return decodeBmp(bytes, header);
}
