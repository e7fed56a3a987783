import type { DomainError } from "../../../core/domain_error.ts";
import type { Size } from "../../../core/size.ts";
import type { CodedTile, Coding, SequenceReader } from "./heif_image.ts";
import { ALPHA_SIZE, checkSize } from "./image_properties.ts";
import { boxType, type IsoBox } from "./iso_box.ts";
import type { HeifItem, HeifItems } from "./items.ts";

const ISPE = boxType("ispe");

/** Items (stored images) of a HEIF file, and the coding (AV1 or HEVC) that the items must have. */
export interface CodedItems<Sequence extends Size> {
  /** Items of the file. */
  readonly items: HeifItems;
  /** Coding that the items must have. */
  readonly coding: Coding<Sequence>;
  /** Reads the header of AV1 or HEVC data. */
  readonly read: SequenceReader<Sequence>;
}

/**
 * Reads the coded data of an item (an image or a tile) and checks the size of the image.
 *
 * @param size Expected size. For a tile with alpha: the size of the tiles with the colours.
 */
export function codedTile<Sequence extends Size>(
  { items, coding, read }: CodedItems<Sequence>,
  item: HeifItem,
  size: Size,
): CodedTile<Sequence> {
  if (item.type !== coding.itemType) throw otherCoding(items, coding, item.type);
  checkSize(items.reader, ALPHA_SIZE, size, sizeOf(items, item));
  const { name } = coding;
  const config = property(items, item, coding.configType, `an ${name} configuration`).content;
  const data = items.data(item);
  const sequence = read(data, config);
  checkSize(items.reader, `its ${name} data must have the declared`, size, sequence);
  return { data, sequence, layers: layersOf(items, item, coding.layers) };
}

function layersOf(
  items: HeifItems,
  item: HeifItem,
  layers: ReadonlyMap<number, readonly number[]>,
): readonly Uint8Array[] {
  return items.properties(item).flatMap(({ type, content }) => {
    const lengths = layers.get(type);
    if (lengths === undefined) return [];
    const payload = content.whole();
    if (!lengths.includes(payload.length)) {
      throw items.reader.corrupt(
        `a layer property must have ${lengths.join(" or ")} bytes`,
        payload.length,
      );
    }
    const box = new Uint8Array(8 + payload.length);
    const view = new DataView(box.buffer);
    view.setUint32(0, box.length);
    view.setUint32(4, type);
    box.set(payload, 8);
    return [box];
  });
}

/**
 * Returns the item's property with the type `type`. Undefined if the item lacks this property. Two
 * properties of the same type are an error, because some decoders use the first and others use the
 * second.
 */
export function only(items: HeifItems, item: HeifItem, type: number): IsoBox | undefined {
  const found = items.properties(item).filter((box) => box.type === type);
  if (found.length > 1) {
    throw items.reader.corrupt("an item must have each property once", found.length);
  }
  return found[0];
}

function property(items: HeifItems, item: HeifItem, type: number, name: string): IsoBox {
  const found = only(items, item, type);
  if (found === undefined) throw items.reader.corrupt(`an image must have ${name}`, "none");
  return { type, content: found.content.fromStart() };
}

/** Reads the declared size of an image from its item's properties. */
export function sizeOf(items: HeifItems, item: HeifItem): Size {
  const { content } = property(items, item, ISPE, "a size");
  content.skip(4); // Version and flags.
  const width = content.u32();
  const height = content.u32();
  if (width === 0 || height === 0) {
    throw items.reader.corrupt("its size must be at least 1x1", `${width}x${height}`);
  }
  return { width, height };
}

/**
 * Names of codings in error messages. The key is the type of the HEIF items that have this coding. A
 * HEIF item is an image or other data in the file.
 */
const CODINGS: ReadonlyMap<number, string> = new Map([
  [boxType("av01"), "AV1"],
  [boxType("hvc1"), "HEVC"],
  [boxType("avc1"), "AVC"],
  [boxType("vvc1"), "VVC"],
  [boxType("j2k1"), "JPEG 2000"],
  [boxType("jpeg"), "JPEG"],
  [boxType("unci"), "none"],
]);

/** Returns the error for an image whose coding is not `name`. */
export function otherCoding(
  { reader }: HeifItems,
  { name }: Coding<Size>,
  type: number,
): DomainError {
  return reader.unsupported(`its coding must be ${name}`, CODINGS.get(type) ?? "another one");
}
