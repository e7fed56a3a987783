import { DomainError } from "../../../core/domain_error.ts";
import type { Size } from "../../../core/size.ts";
import { av1Size } from "./av1_size.ts";
import { type AvifItem, type AvifItems, readAvifItems } from "./items.ts";
import { boxType, type IsoBox, lastBoxEndsEarly, nextBox } from "./iso_box.ts";
import { ByteReader } from "../byte_reader.ts";
import type { Orientation } from "../exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "../image_format.ts";

/** Header of an AVIF. */
export type AvifHeader = BaseHeader<"avif">;

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

/** More than any real metadata with its colour profile; more would only cost time. */
const MAX_META_BYTES = 2 ** 20;

/** Far more boxes than any writer puts before the metadata; more would only cost time. */
const MAX_BOXES = 1000;

/** Types of an auxiliary image that mean alpha; the second one is from HEVC. */
const ALPHA_TYPES: readonly string[] = [
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
  "urn:mpeg:hevc:2015:auxid:1",
];

type Mirroring = "none" | "top-bottom" | "left-right";

/**
 * Exif orientations by quarter turns to the left, 0 to 3, then by mirroring after the turns
 * (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
 */
const ORIENTATIONS: Readonly<Record<0 | 1 | 2 | 3, Readonly<Record<Mirroring, Orientation>>>> = {
  0: { "none": 1, "top-bottom": 4, "left-right": 2 },
  1: { "none": 8, "top-bottom": 5, "left-right": 7 },
  2: { "none": 3, "top-bottom": 2, "left-right": 4 },
  3: { "none": 6, "top-bottom": 7, "left-right": 5 },
};

/** The AVIF format. */
export const AVIF: ImageFormat<AvifHeader> = {
  name: "AVIF",
  signatures: [],
  weakSignatures: ["????ftyp"],
  matches: isAvif,
  readHeader: readAvifHeader,
  endsEarly: lastBoxEndsEarly,
};

/**
 * Returns true for an AVIF; other ISO media files, such as HEIC, have the same signature.
 *
 * @param bytes The file; only its first box is read.
 */
export function isAvif(bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes, "AVIF", "big-endian");
  if (bytes.length < 12) return false;
  const size = reader.u32();
  if (reader.u32() !== FTYP) return false;
  // The major brand, a version (at offset 12, not a brand) and the compatible brands.
  const end = Math.min(size, bytes.length);
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = reader.u32();
    if (at !== 12 && AVIF_BRANDS.includes(brand)) return true;
  }
  return false;
}

/**
 * Reads the header of an AVIF: its metadata, and the start of the AV1 data of each decoded part,
 * which holds its size (AVIF 1.1, ISO/IEC 23008-12).
 *
 * The image is the primary item, even if the file also has a sequence. The properties and the AV1
 * data both state its size and must agree, also for alpha and for each tile of a grid.
 *
 * @param bytes The file; its first box is assumed to be `ftyp`.
 * @throws {DomainError} `truncated-image`, if it ends before its metadata or before the start of
 * the AV1 data; `corrupt-image`, if either breaks the standard or the two disagree;
 * `unsupported-format`, if the image is not AV1 or has a crop.
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
 *   // The file ends before its metadata.
 * }
 * if (header !== undefined) throw new Error("a file without metadata has no header");
 * ```
 */
export function readAvifHeader(bytes: Uint8Array): AvifHeader {
  const file = new ByteReader(bytes, "AVIF", "big-endian");
  const items = readAvifItems(bytes, findMeta(file));
  const { primary } = items;

  const size = sizeOf(items, primary);
  const coded = codedItems(items, primary, size);
  const configuration = property(items, coded[0], AV1C, "an AV1 configuration").content;
  if (only(items, primary, CLAP) !== undefined) throw cropped();

  const hasAlpha = checkAlpha(items, size, coded);
  configuration.skip(2);
  const flags = configuration.u8();
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

/** One or more AV1 images; a grid has one per tile. */
type CodedItems = readonly [AvifItem, ...AvifItem[]];

/** Checks the alpha items of an image and returns true if there are any. */
function checkAlpha(items: AvifItems, size: Size, coded: CodedItems): boolean {
  // One for each tile, and one for the grid of them.
  const maxAlphas = new Set(coded).size + 1;
  let alphas = 0;
  for (const item of items.all) {
    if (!isAlpha(items, item)) continue;
    if (++alphas > maxAlphas) {
      throw items.reader.corrupt(`it must have at most ${maxAlphas} alpha items`, "more");
    }
    const own = sizeOf(items, item);
    // The alpha item belongs to the whole image or, in a grid, to one tile.
    if (!isSame(own, size) && !isSame(own, sizeOf(items, coded[0]))) {
      throw items.reader.corrupt(
        `its alpha must have the image's ${size.width}x${size.height} pixels`,
        `${own.width}x${own.height}`,
      );
    }
    codedItems(items, item, own);
  }
  return alphas > 0;
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

/** Returns a property of an item. Two of one type are an error, as decoders differ in the choice. */
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
  return { type, content: found.content.fromStart() };
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

/** Returns the AV1 images of an item, itself or its tiles, after checking their sizes. */
function codedItems(items: AvifItems, item: AvifItem, size: Size): CodedItems {
  if (item.type === GRID) {
    const tiles = readGrid(items, item, size);
    // readGrid() has checked that all tiles have the size of the first. Each tile is read once,
    // even if the grid uses it many times.
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
      `its AV1 data must have the declared ${size.width}x${size.height} pixels`,
      `${coded.width}x${coded.height}`,
    );
  }
}

/** Returns the tiles of a grid (ISO/IEC 23008-12, 6.6.2.3), which have one size and just cover it. */
function readGrid(items: AvifItems, item: AvifItem, size: Size): CodedItems {
  const reader = items.data(item);
  reader.skip(1); // Version.
  const isWide = (reader.u8() & 1) !== 0;
  const rows = reader.u8() + 1;
  const columns = reader.u8() + 1;
  const width = isWide ? reader.u32() : reader.u16();
  const height = isWide ? reader.u32() : reader.u16();
  if (!isSame({ width, height }, size)) {
    throw reader.corrupt(
      `its grid must have the declared ${size.width}x${size.height} pixels`,
      `${width}x${height}`,
    );
  }
  const tiles = items.tiles(item);
  if (!isFilled(tiles) || tiles.length !== rows * columns) {
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

function isFilled(items: readonly AvifItem[]): items is CodedItems {
  return items.length > 0;
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

/** Returns true if `count` tiles cover a side and one less does not. */
function covered(count: number, tile: number, side: number): boolean {
  return count * tile >= side && (count - 1) * tile < side;
}

/** Returns true if an item is an auxiliary image of alpha. */
function isAlpha(items: AvifItems, item: AvifItem): boolean {
  const auxiliary = items.properties(item).find((box) => box.type === AUXC);
  if (auxiliary === undefined) return false;
  const text = String.fromCharCode(...auxiliary.content.whole().subarray(4, 64));
  const [type = ""] = text.split("\0");
  return ALPHA_TYPES.includes(type);
}

function orientationOf(items: AvifItems, item: AvifItem): Orientation {
  const turn = only(items, item, IROT)?.content.fromStart();
  const mirror = only(items, item, IMIR)?.content.fromStart();
  const turns = turn === undefined ? 0 : (turn.u8() & 3) as 0 | 1 | 2 | 3;
  const axis = mirror === undefined
    ? "none"
    : (mirror.u8() & 1) === 0
    ? "top-bottom"
    : "left-right";
  return ORIENTATIONS[turns][axis];
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
    "Cannot decode AVIF as it must show all of its pixels: it is cropped. " +
      "Save it as JPEG and send that.",
  );
}
