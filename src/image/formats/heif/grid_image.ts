import type { Size } from "../../../core/size.ts";
import { type CodedItems, codedTile, otherCoding, sizeOf } from "./coded_tile.ts";
import type { CodedImage, CodedTile } from "./heif_image.ts";
import { checkSize } from "./image_properties.ts";
import type { HeifItem } from "./items.ts";

/**
 * Minimum side of a tile in a grid, in pixels (ISO/IEC 23000-22, 7.3.11.4.2). The minimum side
 * bounds the number of tiles.
 */
const MIN_TILE = 64;

/**
 * Reads the tiles of a grid (ISO/IEC 23008-12, 6.6.2.3). All tiles must have the same size. The
 * tiles must cover the image. No row or column of tiles may lie outside the image.
 */
export function gridImage<Sequence extends Size>(
  source: CodedItems<Sequence>,
  item: HeifItem,
  size: Size,
): CodedImage<Sequence> {
  const { items, coding } = source;
  const reader = items.reader.ofComplete(items.data(item).subarray(0, 12));
  reader.skip(1); // Version.
  const isWide = (reader.u8() & 1) !== 0;
  const rows = reader.u8() + 1;
  const columns = reader.u8() + 1;
  const width = isWide ? reader.u32() : reader.u16();
  const height = isWide ? reader.u32() : reader.u16();
  checkSize(reader, "its grid must have the declared", size, { width, height });
  const tiles = items.tiles(item);
  const [first] = tiles;
  if (first === undefined || tiles.length !== rows * columns) {
    throw reader.corrupt(`its grid must have ${rows * columns} tiles`, tiles.length);
  }
  if (tiles.length > coding.maxTiles) {
    throw reader.corrupt(`its grid must have at most ${coding.maxTiles} tiles`, tiles.length);
  }
  if (first.type !== coding.itemType) throw otherCoding(items, coding, first.type);
  const tile = sizeOf(items, first);
  const covers = covered(columns, tile.width, width) && covered(rows, tile.height, height);
  const areEqual = [...new Set(tiles)].every((other) => isSame(sizeOf(items, other), tile));
  if (!covers || !areEqual) {
    throw reader.corrupt(
      `its grid of ${columns}x${rows} tiles must just cover ${width}x${height} pixels`,
      `${tile.width}x${tile.height} in the first tile`,
    );
  }
  if (tiles.length > 1 && Math.min(tile.width, tile.height) < MIN_TILE) {
    throw reader.corrupt(
      `the tiles of its grid must be at least ${MIN_TILE}x${MIN_TILE}`,
      `${tile.width}x${tile.height}`,
    );
  }
  const known = new Map<HeifItem, CodedTile<Sequence>>();
  const coded = tiles.map((part) => {
    const tileData = known.get(part) ?? codedTile(source, part, tile);
    known.set(part, tileData);
    return tileData;
  });
  return { ...size, columns, rows, sequence: coded[0]!.sequence, tiles: coded };
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Returns true if `count` tiles cover a side of the image and `count - 1` tiles do not. */
function covered(count: number, tile: number, side: number): boolean {
  return count * tile >= side && (count - 1) * tile < side;
}
