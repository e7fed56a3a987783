import { joinedBytes } from "../core/joined_bytes.ts";
import type { Size } from "../core/size.ts";
import type { CodedImage, CodedTile, HeifImage } from "../image/formats/heif/heif_image.ts";

/** Name that marks an auxiliary image as the alpha channel (ISO/IEC 23000-22). */
const ALPHA = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

/** Item of the new HEIF file: a coded image, or a grid of coded images. */
interface Item {
  readonly id: number;
  readonly type: string;
  readonly data: Uint8Array;
  /** Properties of the item. */
  readonly properties: readonly Property[];
  /** Ids of the items that this item refers to. The key is the type of the reference. */
  readonly references: Readonly<Record<string, readonly number[]>>;
}

/**
 * Property of an item: a HEIF box, and a flag. The flag is true if readers of the file must
 * understand the box.
 */
type Property = readonly [box: Uint8Array, isEssential: boolean];

/** Parts of a HEIF file that differ between AVIF (AV1 data) and HEIC (HEVC data). */
export interface ContainerCoding<Sequence> {
  /** Major brand and compatible brands, four characters each. */
  readonly brands: readonly [major: string, compatible: string];
  /** Type of the HEIF items that contain coded data. */
  readonly itemType: string;
  /** Bits per sample of each channel. */
  readonly depths: (sequence: Sequence) => readonly number[];
  /** Builds the HEIF box with the configuration of the decoder. */
  readonly config: (sequence: Sequence) => Uint8Array;
}

/**
 * Writes the coded data of an image into a new HEIF file (ISO/IEC 23008-12).
 *
 * The decoder reads the new file instead of the original one, for two reasons:
 *
 * - libavif refuses some files that browsers accept, for example files without a `pixi` box.
 * - A decoder could interpret the original file differently from our header reader.
 *
 * The new file contains no crop and no orientation, because we apply crop and orientation to the
 * decoded pixels.
 */
export function heifContainer<Sequence extends Size>(
  image: HeifImage<Sequence>,
  coding: ContainerCoding<Sequence>,
): Uint8Array {
  const { colour, alpha, colourCodes, isPremultiplied } = image;
  const codes = colourCodes === undefined ? [] : [property(box("colr", colourCodes))];
  const alphaId = 1 + itemsOf(1, colour, coding, [], {}).length;
  const isMultiplied = isPremultiplied && alpha !== undefined;
  const references: Item["references"] = isMultiplied ? { prem: [alphaId] } : {};
  const auxiliary = property(fullBox("auxC", text(ALPHA)));
  const items = [
    ...itemsOf(1, colour, coding, codes, references),
    ...alpha === undefined ? [] : itemsOf(alphaId, alpha, coding, [auxiliary], { auxl: [1] }),
  ];
  const [major, compatible] = coding.brands;
  const ftyp = box("ftyp", text(major), u32(0), text(compatible));
  // Builds `meta` twice, because `meta` contains offsets that depend on its own length. The first
  // build shows the length. Both builds have the same length, because offsets have a fixed number
  // of bytes.
  const dataStart = ftyp.length + metaOf(items, 0).length + 8;
  const meta = metaOf(items, dataStart);
  return joinedBytes([ftyp, meta, box("mdat", ...distinctData(items).keys())]);
}

/**
 * Returns the items of an image. Tiles are parts of an image that are coded separately. An image
 * without tiles is one item. An image with tiles has one item for the grid and one for each tile.
 */
function itemsOf<Sequence extends Size>(
  id: number,
  image: CodedImage<Sequence>,
  coding: ContainerCoding<Sequence>,
  properties: Item["properties"],
  references: Item["references"],
): readonly Item[] {
  const { sequence, tiles, rows, columns } = image;
  const coded = (tile: CodedTile<Sequence>) => [
    property(ispe(sequence)),
    property(pixi(coding.depths(tile.sequence))),
    property(coding.config(tile.sequence), true),
    ...tile.layers.map((layer) => property(layer, layer[7] !== "x".charCodeAt(0))),
  ];
  const [first, ...others] = tiles;
  if (others.length === 0 && first !== undefined) {
    return [{
      ...{ id, type: coding.itemType, data: first.data, references },
      properties: [...coded(first), ...properties],
    }];
  }
  const grid = joinedBytes([
    Uint8Array.of(0, 1, rows - 1, columns - 1),
    u32(image.width, image.height),
  ]);
  const dimg = tiles.map((_, i) => id + 1 + i);
  // Tiles also get the properties of their grid, because libavif requires the `auxC` box on each
  // tile of an alpha grid.
  return [
    {
      ...{ id, type: "grid", data: grid, references: { ...references, dimg } },
      properties: [
        ...[property(ispe(image)), property(pixi(coding.depths(sequence)))],
        ...properties,
      ],
    },
    ...tiles.map((tile, i): Item => ({
      ...{ id: id + 1 + i, type: coding.itemType, data: tile.data, references: {} },
      properties: [...coded(tile), ...properties],
    })),
  ];
}

function property(bytes: Uint8Array, isEssential = false): Property {
  return [bytes, isEssential];
}

function metaOf(items: readonly Item[], dataStart: number): Uint8Array {
  const boxes = new Map<string, { readonly bytes: Uint8Array; readonly index: number }>();
  const indexOf = (bytes: Uint8Array): number => {
    const key = String.fromCharCode(...bytes);
    const found = boxes.get(key) ?? { bytes, index: boxes.size + 1 };
    boxes.set(key, found);
    return found.index;
  };
  const associations = items.flatMap(({ id, properties }) => [
    u16(id),
    Uint8Array.of(properties.length),
    ...properties.map(([bytes, isEssential]) => u16(indexOf(bytes) | (isEssential ? 0x8000 : 0))),
  ]);
  const starts = distinctData(items);
  const references = items.flatMap(({ id, references }) =>
    Object.entries(references).map(([type, to]) => box(type, u16(id, to.length, ...to)))
  );
  return fullBox(
    "meta",
    fullBox("hdlr", u32(0), text("pict"), new Uint8Array(13)),
    fullBox("pitm", u16(1)),
    fullBox(
      "iloc",
      Uint8Array.of(0x44, 0),
      u16(items.length),
      ...items.flatMap(({ id, data }) => [
        u16(id, 0, 1),
        u32(dataStart + starts.get(data)!, data.length),
      ]),
    ),
    fullBox(
      "iinf",
      u16(items.length),
      ...items.map(({ id, type }) => versionBox("infe", 2, u16(id, 0), text(`${type}\0`))),
    ),
    ...references.length === 0 ? [] : [fullBox("iref", ...references)],
    box(
      "iprp",
      box("ipco", ...[...boxes.values()].map(({ bytes }) => bytes)),
      // The last byte is a flag: property indices have 15 bits instead of 7.
      box("ipma", Uint8Array.of(0, 0, 0, 1), u32(items.length), ...associations),
    ),
  );
}

/**
 * Returns the offset of each item's data, in bytes after the header of the `mdat` box. Tiles with
 * the same data share one copy.
 */
function distinctData(items: readonly Item[]): ReadonlyMap<Uint8Array, number> {
  const starts = new Map<Uint8Array, number>();
  let at = 0;
  for (const { data } of items) {
    if (starts.has(data)) continue;
    starts.set(data, at);
    at += data.length;
  }
  return starts;
}

function ispe({ width, height }: Size): Uint8Array {
  return fullBox("ispe", u32(width, height));
}

function pixi(depths: readonly number[]): Uint8Array {
  return fullBox("pixi", Uint8Array.of(depths.length, ...depths));
}

/** Builds a HEIF box: its length, its type and its content. */
export function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 8);
  return joinedBytes([u32(length), text(type), ...content]);
}

/** Builds a HEIF box with a version and flags. Version and flags are 0. */
function fullBox(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  return versionBox(type, 0, ...content);
}

function versionBox(
  type: string,
  version: number,
  ...content: readonly Uint8Array[]
): Uint8Array {
  return box(type, Uint8Array.of(version, 0, 0, 0), ...content);
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function u16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8 & 255, value & 255]));
}

function u32(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => [value >>> 24, value >> 16 & 255, value >> 8 & 255, value & 255]),
  );
}
