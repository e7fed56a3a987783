/** A directory entry. A value is written to the first of its four bytes, as its type needs. */
export interface TiffEntry {
  readonly tag: number;
  /** 1 BYTE, 3 SHORT, 4 LONG, 6 SBYTE, 8 SSHORT, 9 SLONG; any other type gets four bytes. */
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

/** Contents of an Exif block; declared values may be wrong. Unset: the right value. */
export interface TiffOptions {
  readonly littleEndian: boolean;
  readonly entries: readonly TiffEntry[];
  /** Declared start of IFD0. */
  readonly ifdOffset?: number;
  /** Declared number of entries of IFD0. */
  readonly entryCount?: number;
  /** Declared start of the next directory. */
  readonly nextOffset?: number;
}

/** Builds an Exif block with one directory, directly after its header of eight bytes. */
export function buildTiff(options: TiffOptions): Uint8Array {
  const { littleEndian, entries } = options;
  const bytes = new Uint8Array(8 + 2 + entries.length * 12 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, options.ifdOffset ?? 8, littleEndian);
  view.setUint16(8, options.entryCount ?? entries.length, littleEndian);
  entries.forEach(({ tag, type, count, value }, i) => {
    const at = 10 + i * 12;
    view.setUint16(at, tag, littleEndian);
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    if (type === 1 || type === 6) view.setUint8(at + 8, value);
    else if (type === 3 || type === 8) view.setUint16(at + 8, value, littleEndian);
    else view.setUint32(at + 8, value, littleEndian);
  });
  view.setUint32(bytes.length - 4, options.nextOffset ?? 0, littleEndian);
  return bytes;
}

/** Builds an Exif block with an orientation, stored as a SHORT unless asked, and nothing else. */
export function orientationTiff(orientation: number, littleEndian = false, type = 3): Uint8Array {
  const entries = [{ tag: 0x0112, type, count: 1, value: orientation }];
  return buildTiff({ littleEndian, entries });
}
