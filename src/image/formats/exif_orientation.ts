/**
 * Rotation or mirroring that turns stored pixels upright (Exif 2.32, tag 0x0112).
 *
 * 1: unchanged. 2: mirror left to right. 3: rotate by 180°. 4: mirror top to bottom. 5: transpose
 * (swap x and y). 6: rotate right by 90°. 7: transpose and rotate by 180°. 8: rotate left by 90°.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const TAG_ORIENTATION = 0x0112;
/**
 * Integer types of TIFF (TIFF 6.0, section 2). The key is the number of the type in the file. The
 * value is the end of the name of a `DataView` method, such as `getUint16()`.
 */
const INTEGER_TYPES: ReadonlyMap<number, IntegerType> = new Map([
  [1, "Uint8"],
  [3, "Uint16"],
  [4, "Uint32"],
  [6, "Int8"],
  [8, "Int16"],
  [9, "Int32"],
]);
type IntegerType = "Uint8" | "Uint16" | "Uint32" | "Int8" | "Int16" | "Int32";
const HEADER_BYTES = 8;
const COUNT_BYTES = 2;
const ENTRY_BYTES = 12;

/**
 * Reads the orientation from an Exif block.
 *
 * The standard allows only the integer type SHORT. Like viewers, this function also accepts other
 * integer types, because some cameras and editors write other integer types.
 *
 * Reads only the first directory (IFD0) of the block. Does not follow links to other directories,
 * so circular links do no harm. A broken block is not an error, because viewers show images with a
 * broken block as stored.
 *
 * @param tiff TIFF structure (TIFF 6.0, section 2) of the Exif block. Must not include the bytes
 *   `Exif\0\0` that a JPEG has before the structure.
 * @returns Orientation, or `undefined` if the block has no valid orientation.
 *
 * @example
 * ```ts
 * import { exifOrientation, type Orientation } from "./exif_orientation.ts";
 *
 * const header = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
 * const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
 * const orientation: Orientation | undefined = exifOrientation(
 *   Uint8Array.of(...header, 0, 1, ...entry),
 * );
 * if (orientation !== 6) throw new Error("the big-endian block holds 6");
 * ```
 */
export function exifOrientation(tiff: Uint8Array): Orientation | undefined {
  if (tiff.length < HEADER_BYTES + COUNT_BYTES) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);

  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const littleEndian = order === 0x4949;
  if (view.getUint16(2, littleEndian) !== 42) return undefined;

  const start = view.getUint32(4, littleEndian);
  const first = start + COUNT_BYTES;
  if (start < HEADER_BYTES || first > tiff.length) return undefined;

  // The declared number of entries is limited by the size of the block, so every read below stays
  // inside the block.
  const room = Math.floor((tiff.length - first) / ENTRY_BYTES);
  const count = Math.min(view.getUint16(start, littleEndian), room);
  for (let i = 0; i < count; i++) {
    const orientation = entryOrientation(view, first + i * ENTRY_BYTES, littleEndian);
    if (orientation !== undefined) return orientation;
  }
  return undefined;
}

function entryOrientation(
  view: DataView,
  at: number,
  littleEndian: boolean,
): Orientation | undefined {
  if (view.getUint16(at, littleEndian) !== TAG_ORIENTATION) return undefined;
  if (view.getUint32(at + 4, littleEndian) !== 1) return undefined;
  const type = INTEGER_TYPES.get(view.getUint16(at + 2, littleEndian));
  // A value of at most four bytes is stored in the entry itself, at the start of the value field.
  return type === undefined ? undefined : valid(view[`get${type}`](at + 8, littleEndian));
}

function valid(value: number): Orientation | undefined {
  return value >= 1 && value <= 8 ? value as Orientation : undefined;
}
