import { joinBytes } from "./bytes_of.ts";

/** Part of a JPEG: a marker with its segment, or the data of a scan. */
export interface JpegPart {
  /** Second byte of the marker; 0 for data. */
  readonly marker: number;
  /** The part, its marker included. */
  readonly bytes: Uint8Array;
}

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda;

/** Splits a well-formed JPEG into its parts. */
export function jpegParts(file: Uint8Array): JpegPart[] {
  const parts: JpegPart[] = [];
  let at = 0;
  while (at < file.length) {
    const marker = file[at + 1]!;
    const length = marker === SOI || marker === EOI ? 0 : file[at + 2]! << 8 | file[at + 3]!;
    parts.push({ marker, bytes: file.subarray(at, at += 2 + length) });
    if (marker !== SOS) continue;
    const start = at;
    while (file[at] !== 0xff || isPartOfData(file[at + 1]!)) at++;
    parts.push({ marker: 0, bytes: file.subarray(start, at) });
  }
  return parts;
}

/** True for the second byte of a stuffed byte or a restart marker. */
function isPartOfData(second: number): boolean {
  return second === 0 || (second >= 0xd0 && second <= 0xd7);
}

/** Joins parts to a file. */
export function joinParts(parts: readonly JpegPart[]): Uint8Array<ArrayBuffer> {
  return joinBytes(...parts.map(({ bytes }) => bytes));
}

/** Edits each part of a file with a given marker. `edit` gets a copy and returns its replacement. */
export function editParts(
  file: Uint8Array,
  markers: readonly number[],
  edit: (bytes: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  return joinParts(
    jpegParts(file).map(({ marker, bytes }) => ({
      marker,
      bytes: markers.includes(marker) ? edit(bytes.slice()) : bytes,
    })),
  );
}

/** Returns a file without the parts that have one of the markers. */
export function withoutParts(
  file: Uint8Array,
  ...markers: readonly number[]
): Uint8Array<ArrayBuffer> {
  return joinParts(jpegParts(file).filter(({ marker }) => !markers.includes(marker)));
}

/** Returns a file with more bytes behind its SOI. */
export function withSegments(
  file: Uint8Array,
  ...segments: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return joinBytes(file.subarray(0, 2), ...segments, file.subarray(2));
}
