/** Second bytes of markers (ITU-T T.81, table B.1). */
export const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DNL = 0xdc, COM = 0xfe;
/** Second bytes of the markers of application segments. */
export const APP0 = 0xe0, APP1 = 0xe1, APP15 = 0xef;

const FIRST_ASSIGNED = 0xc0, RST0 = 0xd0;

/**
 * Returns true if no length follows a marker: TEM, SOI, EOI, the restart markers, and the numbers
 * below C0, which are reserved and occur in damaged data only.
 */
export function isStandalone(marker: number): boolean {
  return marker < FIRST_ASSIGNED || (marker >= RST0 && marker <= EOI);
}

/** Segment of a file. */
export interface JpegSegment {
  /** Second byte of its marker. */
  readonly marker: number;
  /** Offset behind the marker. */
  readonly start: number;
}

/**
 * Yields the segments of a JPEG in the order of the file. EOI is the last, if there is one.
 *
 * Entropy-coded data is skipped like a decoder skips it: its byte 255 is followed by 0, so 255
 * before any other byte starts a marker. The payload of a segment is skipped by its length, because
 * it may look like a marker.
 *
 * @param bytes The file; its first two bytes are assumed to be SOI.
 *
 * @example
 * ```ts
 * import { COM, EOI, jpegSegments, SOS } from "./jpeg_markers.ts";
 *
 * const comment = [0xff, 0xfe, 0, 4, 0xff, 0xda];
 * const file = Uint8Array.of(0xff, 0xd8, ...comment, 0xff, 0xda, 0, 2, 0xff, 0xd9);
 * const markers = Array.from(jpegSegments(file), ({ marker }) => marker);
 * if (markers.join() !== [COM, SOS, EOI].join()) throw new Error("the comment holds no scan");
 * ```
 */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  // `indexOf()` would take seconds for a file of many bytes 255.
  for (let at = 2; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) continue;
    if (marker === EOI || !isStandalone(marker)) yield { marker, start: at + 2 };
    if (marker === EOI) return;
    at += isStandalone(marker) ? 1 : 1 + (uint16At(bytes, at + 2) ?? 0);
  }
}

/** Returns the number in two bytes of a file, or undefined if the file ends before them. */
export function uint16At(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = bytes.subarray(at, at + 2);
  return high === undefined || low === undefined ? undefined : high << 8 | low;
}
