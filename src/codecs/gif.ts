import type { GifFrame, GifHeader } from "../image/formats/gif.ts";
import type { Pixels } from "../image/pixels.ts";
import { lzwReader } from "./lzw_reader.ts";

/** Maximum number of colours in a colour table. Colour indices have 8 bits. */
const MAX_COLOURS = 256;

/**
 * Passes of an interlaced GIF: the first row of each pass, and the distance from one row of the
 * pass to the next (GIF89a, appendix E).
 */
const PASSES: readonly (readonly [first: number, step: number])[] = [[0, 8], [4, 8], [2, 4], [
  1,
  2,
]];

/**
 * Decodes the first frame of a GIF to RGB. If the frame has transparent pixels or does not cover
 * the whole image, decodes the frame to RGBA. Does not read later frames.
 *
 * @throws {DomainError} `truncated-image`, if the file ends before the last pixel; `corrupt-image`,
 * if the data is damaged or contains too few pixels.
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

/**
 * Returns the red, green and blue of each colour index. Indices without a colour in the file are
 * black.
 */
function colourTable(bytes: Uint8Array, frame: GifFrame): Uint8Array {
  const { globalTable = new Uint8Array(), localTableBytes, start } = frame;
  // If the file ends inside the table, the decoder fails later: the pixel data is missing, too.
  const local = bytes.subarray(start, start + localTableBytes);
  const table = new Uint8Array(MAX_COLOURS * 3);
  table.set(localTableBytes > 0 ? local : globalTable);
  return table;
}

/** Yields the row numbers of a frame, in the order of the rows in the file. */
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
