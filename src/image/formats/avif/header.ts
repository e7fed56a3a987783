import { DomainError } from "../../../core/domain_error.ts";
import type { Size } from "../../../core/size.ts";
import { av1Size } from "./av1_size.ts";
import { type AvifItem, type AvifItems, readAvifItems } from "./items.ts";
import { boxType, type IsoBox, nextBox } from "./iso_box.ts";
import { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../exif_orientation.ts";
import type { ImageHeader } from "../image_header.ts";

const FTYP = boxType("ftyp");
const META = boxType("meta");
const AV01 = boxType("av01");
const GRID = boxType("grid");
const ISPE = boxType("ispe");
const AV1C = boxType("av1C");
const AUXC = boxType("auxC");
const IROT = boxType("irot");
const IMIR = boxType("imir");
const CLAP = boxType("clap");

const AVIF_BRANDS: readonly number[] = [boxType("avif"), boxType("avis")];

/** More than any image's metadata, its colour profile too; a longer one only costs time. */
const MAX_META_BYTES = 2 ** 20;

/** Far more boxes than a writer puts before the metadata; a file of nothing else only costs time. */
const MAX_BOXES = 1000;

const ALPHA_KINDS: readonly string[] = [
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
  "urn:mpeg:hevc:2015:auxid:1",
];

/**
 * Exif's orientations by quarter turns to the left, then without mirroring, with top and bottom
 * exchanged, and with left and right exchanged (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
 */
const ORIENTATIONS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/**
 * Tells an AVIF from the other ISO media files, HEIC among them, which start alike.
 *
 * @param bytes The file; only its first box is looked at.
 */
export function isAvif(bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes, "AVIF", "big-endian");
  if (bytes.length < 12) return false;
  const size = reader.u32();
  if (reader.u32() !== FTYP) return false;
  // The major brand, a version, which is no brand, and the compatible brands.
  const end = Math.min(size, bytes.length);
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = reader.u32();
    if (at !== 12 && AVIF_BRANDS.includes(brand)) return true;
  }
  return false;
}

/**
 * Reads the header of an AVIF: its metadata, and as much of the AV1 data of each part that is
 * decoded as tells its size (AVIF 1.1, ISO/IEC 23008-12).
 *
 * The image is the primary item, also where the file holds a sequence. Its size is told by its
 * properties and by the AV1 data; both must agree, as they must for alpha and for each tile of a
 * grid.
 *
 * @param bytes The file; its first box is taken to be `ftyp`.
 * @throws {DomainError} `truncated-image`, if it ends before its metadata or before the start of
 * the AV1 data; `corrupt-image`, if either breaks the standard or they disagree;
 * `unsupported-format`, if the image is not coded as AV1 or is to be cropped.
 *
 * @example
 * ```ts
 * import { isAvif, readAvifHeader } from "./header.ts";
 *
 * const text = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0));
 * const bytes = Uint8Array.of(...text("\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x08free"));
 * if (!isAvif(bytes)) throw new Error("its brand is avif");
 * let header;
 * try {
 *   header = readAvifHeader(bytes);
 * } catch {
 *   // It ends before its metadata.
 * }
 * if (header !== undefined) throw new Error("there is no metadata to read it from");
 * ```
 */
export function readAvifHeader(bytes: Uint8Array): ImageHeader {
  const file = new ByteReader(bytes, "AVIF", "big-endian");
  const items = readAvifItems(bytes, findMeta(file));
  const { primary } = items;

  const size = sizeOf(items, primary);
  const coded = codedItems(items, primary, size);
  const colour = property(items, coded[0], AV1C, "an AV1 configuration").content;
  if (only(items, primary, CLAP) !== undefined) throw cropped();

  // That of each tile, and the grid that they make.
  const mostAlphas = new Set(coded).size + 1;
  let alphas = 0;
  for (const item of items.all) {
    if (!isAlpha(items, item)) continue;
    if (++alphas > mostAlphas) {
      throw items.reader.corrupt(`it must have alpha at most ${mostAlphas} times`, "more");
    }
    const own = sizeOf(items, item);
    // Alpha is that of the image or, where that is a grid, of one tile.
    if (!isSame(own, size) && !isSame(own, sizeOf(items, coded[0]))) {
      throw items.reader.corrupt(
        `its alpha must have the image's ${size.width}x${size.height} pixels`,
        `${own.width}x${own.height}`,
      );
    }
    codedItems(items, item, own);
  }
  const hasAlpha = alphas > 0;
  colour.skip(2);
  const flags = colour.u8();
  const isGrey = (flags & 0x10) !== 0;
  return {
    format: "avif",
    ...size,
    orientation: orientationOf(items, primary),
    bitDepth: (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12,
    channels: (isGrey ? 1 : 3) + (hasAlpha ? 1 : 0),
    hasAlpha,
  };
}

function findMeta(file: ByteReader): ByteReader {
  let box = nextBox(file);
  for (let boxes = 1; box.type !== META; boxes++) {
    if (boxes > MAX_BOXES) {
      throw file.corrupt(`at most ${MAX_BOXES} boxes may precede its metadata`, "more");
    }
    box = nextBox(file);
  }
  const { content } = box;
  if (content.remaining > MAX_META_BYTES) {
    throw file.corrupt(`its metadata must have at most ${MAX_META_BYTES} bytes`, content.remaining);
  }
  return content;
}

/** Returns a property of which an item has one at most: decoders differ in which of two they take. */
function only(items: AvifItems, item: AvifItem, type: number): IsoBox | undefined {
  const found = items.properties(item).filter((box) => box.type === type);
  if (found.length > 1) {
    throw items.reader.corrupt("an item must have each property once", found.length);
  }
  return found[0];
}

function property(items: AvifItems, item: AvifItem, type: number, name: string): IsoBox {
  const found = only(items, item, type);
  if (found === undefined) throw items.reader.corrupt(`an image must have ${name}`, "none");
  return { type, content: found.content.again() };
}

function sizeOf(items: AvifItems, item: AvifItem): Size {
  const { content } = property(items, item, ISPE, "a size");
  content.skip(4); // Version and flags.
  const width = content.u32();
  const height = content.u32();
  if (width === 0 || height === 0) {
    throw items.reader.corrupt("its size must be at least 1x1", `${width}x${height}`);
  }
  return { width, height };
}

/** Returns the AV1 images that make up an item, itself or its tiles, all of the size they claim. */
function codedItems(items: AvifItems, item: AvifItem, size: Size): readonly AvifItem[] {
  if (item.type === GRID) {
    const tiles = readGrid(items, item, size);
    // All have the size of the first: readGrid() saw to it. Each is looked at once, however often
    // it is named.
    const tileSize = sizeOf(items, tiles[0]);
    for (const tile of new Set(tiles)) checkCodedSize(items, tile, tileSize);
    return tiles;
  }
  checkCodedSize(items, item, size);
  return [item];
}

function checkCodedSize(items: AvifItems, item: AvifItem, size: Size): void {
  if (item.type !== AV01) throw notAv1(item.type);
  const coded = av1Size(items.data(item));
  if (!isSame(coded, size)) {
    throw items.reader.corrupt(
      `its AV1 data must have the ${size.width}x${size.height} pixels that it is said to have`,
      `${coded.width}x${coded.height}`,
    );
  }
}

/** Reads a grid (ISO/IEC 23008-12, 6.6.2.3): tiles of one size that just cover the image. */
function readGrid(items: AvifItems, item: AvifItem, size: Size): readonly AvifItem[] {
  const reader = items.data(item);
  reader.skip(1); // Version.
  const isWide = (reader.u8() & 1) !== 0;
  const rows = reader.u8() + 1;
  const columns = reader.u8() + 1;
  const width = isWide ? reader.u32() : reader.u16();
  const height = isWide ? reader.u32() : reader.u16();
  if (!isSame({ width, height }, size)) {
    throw reader.corrupt(
      `its grid must have the ${size.width}x${size.height} pixels that it is said to have`,
      `${width}x${height}`,
    );
  }
  const tiles = items.tiles(item);
  if (tiles.length !== rows * columns) {
    throw reader.corrupt(`its grid must have ${rows * columns} tiles`, tiles.length);
  }
  const tile = sizeOf(items, tiles[0]);
  const covers = covered(columns, tile.width, width) && covered(rows, tile.height, height);
  const areEqual = [...new Set(tiles)].every((other) => isSame(sizeOf(items, other), tile));
  if (!covers || !areEqual) {
    throw reader.corrupt(
      `its grid of ${columns}x${rows} tiles must just cover ${width}x${height} pixels`,
      `${tile.width}x${tile.height} in the first tile`,
    );
  }
  return tiles;
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Whether so many tiles cover a side, and one less does not. */
function covered(count: number, tile: number, side: number): boolean {
  return count * tile >= side && (count - 1) * tile < side;
}

function isAlpha(items: AvifItems, item: AvifItem): boolean {
  const auxiliary = items.properties(item).find((box) => box.type === AUXC);
  if (auxiliary === undefined) return false;
  const text = String.fromCharCode(...auxiliary.content.whole().subarray(4, 64));
  return ALPHA_KINDS.includes(text.split("\0")[0]);
}

function orientationOf(items: AvifItems, item: AvifItem): Orientation {
  const turn = only(items, item, IROT)?.content.again();
  const mirror = only(items, item, IMIR)?.content.again();
  const turns = turn === undefined ? 0 : turn.u8() & 3;
  return ORIENTATIONS[turns][mirror === undefined ? 0 : (mirror.u8() & 1) + 1];
}

function notAv1(type: number): DomainError {
  const name = type === boxType("hvc1") ? "HEVC" : "another one";
  return new DomainError(
    "unsupported-format",
    `Cannot decode AVIF as its coding must be AV1: current value is ${name}. ` +
      "Save it as JPEG and send that.",
  );
}

function cropped(): DomainError {
  return new DomainError(
    "unsupported-format",
    "Cannot decode AVIF as it must show all of its pixels: it is to be cropped. " +
      "Save it as JPEG and send that.",
  );
}
