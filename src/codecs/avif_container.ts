import { joinedBytes } from "../core/joined_bytes.ts";
import type { AvifImage, CodedImage } from "../image/formats/avif/avif_image.ts";
import type { Av1Sequence } from "../image/formats/avif/av1_sequence.ts";

/** Name that marks an auxiliary image as the alpha channel (ISO/IEC 23000-22). */
const ALPHA = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

/** Item (coded image or grid) of the new container. */
interface Item {
  readonly id: number;
  readonly type: "av01" | "grid";
  readonly data: Uint8Array;
  /** Boxes, each with a flag: true if a reader must understand the box. */
  readonly properties: readonly (readonly [box: Uint8Array, isEssential: boolean])[];
  /** Ids of the items that this item refers to; the key is the type of the reference. */
  readonly references: Readonly<Record<string, readonly number[]>>;
}

/**
 * Writes the AV1 data of an image into a new AVIF file (ISO/IEC 23008-12, AVIF 1.1).
 *
 * There are two reasons for a new file. libavif refuses some files that browsers accept, such as
 * those without a `pixi` box. And libavif might interpret the original container differently from
 * our header reader. The new file has no crop and no orientation: both are applied to the decoded
 * pixels.
 */
export function avifContainer(image: AvifImage): Uint8Array {
  const { colour, alpha, colourCodes, isPremultiplied } = image;
  const codes = colourCodes === undefined ? [] : [property(box("colr", colourCodes))];
  const alphaId = 1 + itemsOf(1, colour, [], {}).length;
  const isMultiplied = isPremultiplied && alpha !== undefined;
  const references: Item["references"] = isMultiplied ? { prem: [alphaId] } : {};
  const auxiliary = property(fullBox("auxC", text(ALPHA)));
  const items = [
    ...itemsOf(1, colour, codes, references),
    ...alpha === undefined ? [] : itemsOf(alphaId, alpha, [auxiliary], { auxl: [1] }),
  ];
  const ftyp = box("ftyp", text("avif"), u32(0), text("avifmif1miaf"));
  // Builds `meta` twice: its length, and so the start of the data, is known only after the first
  // time. Offsets have a fixed length, so both have the same length.
  const dataStart = ftyp.length + metaOf(items, 0).length + 8;
  const meta = metaOf(items, dataStart);
  return joinedBytes([ftyp, meta, box("mdat", ...distinctData(items).keys())]);
}

/**
 * Returns the items that store an image: one item, or an item for the grid and one for each tile.
 */
function itemsOf(
  id: number,
  image: CodedImage,
  properties: Item["properties"],
  references: Item["references"],
): readonly Item[] {
  const { sequence, tiles, rows, columns } = image;
  const format = [property(pixi(sequence)), property(av1C(sequence), true)];
  const coded = (tile: CodedImage["tiles"][number]) => [
    property(ispe(sequence)),
    ...format,
    ...tile.layers.map((layer) => property(layer, layer[7] !== "x".charCodeAt(0))),
  ];
  const [first, ...others] = tiles;
  if (others.length === 0 && first !== undefined) {
    return [{
      ...{ id, type: "av01", data: first.data, references },
      properties: [...coded(first), ...properties],
    }];
  }
  const grid = joinedBytes([
    Uint8Array.of(0, 1, rows - 1, columns - 1),
    u32(image.width, image.height),
  ]);
  const dimg = tiles.map((_, i) => id + 1 + i);
  // Tiles get the properties of their grid, too: libavif requires the `auxC` box on each tile of an
  // alpha grid.
  return [
    {
      ...{ id, type: "grid", data: grid, references: { ...references, dimg } },
      properties: [property(ispe(image)), property(pixi(sequence)), ...properties],
    },
    ...tiles.map((tile, i): Item => ({
      ...{ id: id + 1 + i, type: "av01", data: tile.data, references: {} },
      properties: [...coded(tile), ...properties],
    })),
  ];
}

function property(bytes: Uint8Array, isEssential = false): readonly [Uint8Array, boolean] {
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

/** Returns the offset of the data of each item. Tiles with the same data share one copy. */
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

function ispe({ width, height }: { readonly width: number; readonly height: number }): Uint8Array {
  return fullBox("ispe", u32(width, height));
}

function pixi({ isGrey, bitDepth }: Av1Sequence): Uint8Array {
  const depths = isGrey ? [bitDepth] : [bitDepth, bitDepth, bitDepth];
  return fullBox("pixi", Uint8Array.of(depths.length, ...depths));
}

/**
 * Builds the box `av1C`, the AV1 configuration (AV1-ISOBMFF, section 2.3.3). Declares level 31,
 * which sets no maximum size.
 */
function av1C(sequence: Av1Sequence): Uint8Array {
  const { profile, bitDepth, isGrey, halvesColumns, halvesRows, chromaPosition } = sequence;
  const flags = (bitDepth > 8 ? 0x40 : 0) | (bitDepth === 12 ? 0x20 : 0) | (isGrey ? 0x10 : 0) |
    (halvesColumns ? 8 : 0) | (halvesRows ? 4 : 0) | chromaPosition;
  return box("av1C", Uint8Array.of(0x81, profile << 5 | 31, flags, 0));
}

function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 8);
  return joinedBytes([u32(length), text(type), ...content]);
}

/** Builds a box that has a version and flags, both 0. */
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
