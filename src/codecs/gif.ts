import type { GifFrame, GifHeader } from "../image/formats/gif.ts";
import type { Pixels } from "../image/pixels.ts";
import { lzwReader } from "./lzw_reader.ts";

/** Colours of a table, the most that an index can select. */
const MAX_COLOURS = 256;

/** First row and distance of the rows of each pass (GIF89a, appendix E). */
const PASSES: readonly (readonly [first: number, step: number])[] = [[0, 8], [4, 8], [2, 4], [
  1,
  2,
]];

/**
 * Decodes the first frame of a GIF, to RGB, or to RGBA if it has transparent pixels or leaves a
 * part of the screen free. Later frames are not read.
 *
 * @throws {DomainError} `truncated-image`, if the file ends before the last pixel; `corrupt-image`,
 * if the data ends before, or is damaged.
 */
export function decodeGif(bytes: Uint8Array, header: GifHeader): Pixels {
  const { width, height, hasAlpha, frame } = header;
  const channels = hasAlpha ? 4 : 3;
  const table = colourTable(bytes, frame);
  const readRow = lzwReader(bytes, frame.start + frame.localTableBytes);
  const data = new Uint8Array(width * height * channels);
  const row = new Uint8Array(frame.width);
  for (const y of rowsOf(frame)) {
    readRow(row);
    const to = ((frame.top + y) * width + frame.left) * channels;
    placeRow(row, table, frame.transparent, data.subarray(to), channels);
  }
  return { data, width, height, channels, reduction: 1 };
}

/** Returns RGB of each index; indices beyond the table are black. */
function colourTable(bytes: Uint8Array, frame: GifFrame): Uint8Array {
  const { globalTable = new Uint8Array(), localTableBytes, start } = frame;
  // A table that the file ends in needs no check: the data after it is missing as well.
  const local = bytes.subarray(start, start + localTableBytes);
  const table = new Uint8Array(MAX_COLOURS * 3);
  table.set(localTableBytes > 0 ? local : globalTable);
  return table;
}

/** Yields the rows of a frame in stored order. */
function* rowsOf({ height, interlaced }: GifFrame): Generator<number> {
  for (const [first, step] of interlaced ? PASSES : [[0, 1]] as const) {
    for (let y = first; y < height; y += step) yield y;
  }
}

function placeRow(
  row: Uint8Array,
  table: Uint8Array,
  transparent: number | undefined,
  data: Uint8Array,
  channels: 3 | 4,
): void {
  for (let x = 0, to = 0; x < row.length; x++, to += channels) {
    const index = row[x]!;
    if (index === transparent) continue;
    data[to] = table[index * 3]!;
    data[to + 1] = table[index * 3 + 1]!;
    data[to + 2] = table[index * 3 + 2]!;
    if (channels === 4) data[to + 3] = 255;
  }
}
