import { assertEquals } from "@std/assert";
import { decodeBmp } from "../../src/codecs/bmp.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { type BmpOptions, buildBmp, encodeRuns, packRows } from "../image/formats/build_bmp.ts";

/** Colour of a pixel, 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number];
type Rgba = readonly [...Rgb, alpha: number];
/** Returns a value of the pixel at column x and row y, from the top. */
type Drawing<Value> = (x: number, y: number) => Value;

/** Width of the images, unless a case names another. */
export const WIDTH = 127;
/** Height of the images. */
export const HEIGHT = 64;

/** File, and the colours that it must have. */
export interface SuiteCase {
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
export const COLOURS_252: readonly Rgb[] = Array.from({ length: 252 }, (_, i) => {
  return [51 * (i % 6), Math.round(42.5 * (Math.floor(i / 6) % 7)), 51 * Math.floor(i / 42)];
});
/** Twelve colours of that palette. */
export const COLOURS_12 = COLOURS_252.filter((_, i) => i % 21 === 5);
/** Palettes of two colours. */
export const BLACK_WHITE: readonly Rgb[] = [[0, 0, 0], [255, 255, 255]];
export const WHITE_BLACK: readonly Rgb[] = [[255, 255, 255], [0, 0, 0]];
export const BLUE_GREEN: readonly Rgb[] = [[64, 64, 255], [64, 255, 64]];
/** Palettes of greys. */
export const GREYS_16: readonly Rgb[] = Array.from(
  { length: 16 },
  (_, i) => [17 * i, 17 * i, 17 * i],
);
export const GREYS_256: readonly Rgb[] = Array.from({ length: 256 }, (_, i) => [i, i, i]);

/** Returns a palette as files store it. */
export function paletteBytes(colours: readonly Rgb[], entryBytes = 4): number[] {
  return colours.flatMap(([red, green, blue]) => [blue, green, red, 0].slice(0, entryBytes));
}

interface PaletteChange extends BmpOptions {
  readonly topDown?: boolean;
  /** True to store run lengths. */
  readonly runs?: boolean;
}

/** Builds a file of indices. */
export function paletteCase(
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
export function runCase(
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

/** Returns the mask of a field. */
export function maskOf({ shift, bits }: Field): number {
  return (2 ** bits - 1) * 2 ** shift;
}

/** Builds pixels of fields, in masks of their own if the file declares them. */
export function fieldCase(
  bitsPerPixel: 16 | 24 | 32,
  fields: readonly Field[],
  change: BmpOptions = {},
  unused = 0,
): SuiteCase {
  const { width = WIDTH } = change;
  const levels = (x: number, y: number) =>
    fields.map(({ bits }, channel) => levelAt(channel, 2 ** bits - 1, x, y));
  const pixel = (x: number, y: number) =>
    fields.reduce((sum, { shift }, i) => sum + levels(x, y)[i]! * 2 ** shift, unused);
  const file = buildBmp({
    ...{ bitsPerPixel, width, height: HEIGHT },
    pixels: packRows(rowsOf(pixel, width), bitsPerPixel),
    ...(change.compression === undefined ? {} : { masks: fields.map(maskOf) }),
    ...change,
  });
  return {
    file,
    width,
    colours: (x, y) =>
      levels(x, y).map((level, i) =>
        Math.round(level * 255 / (2 ** fields[i]!.bits - 1))
      ) as unknown as Rgb,
  };
}

/** Creates a field. */
export function field(shift: number, bits: number): Field {
  return { shift, bits };
}

/**
 * Asserts that a file has the pixels of its drawing.
 *
 * @returns The colours that occur.
 */
export function assertColours({ file, width = WIDTH, colours }: SuiteCase): ReadonlySet<string> {
  const { data, channels, ...size } = decodeFile(file);
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
  return seen;
}

/** Decodes a whole file. */
export function decodeFile(bytes: Uint8Array): Pixels {
  const header = readHeader(bytes);
  if (header.format !== "bmp") throw new Error(`it is a ${header.format}`);
  return decodeBmp(bytes, header);
}
