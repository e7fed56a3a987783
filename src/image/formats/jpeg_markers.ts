/** Second bytes of JPEG markers. The first byte of a marker is 255 (ITU-T T.81, table B.1). */
export const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DNL = 0xdc, COM = 0xfe;
/** Second bytes of the markers of application segments. */
export const APP0 = 0xe0, APP1 = 0xe1, APP15 = 0xef;

const FIRST_ASSIGNED = 0xc0, RST0 = 0xd0;

/**
 * Returns true if a marker has no length and no payload, for example SOI (start of image), EOI (end
 * of image) and the restart markers.
 */
export function isStandalone(marker: number): boolean {
  return marker < FIRST_ASSIGNED || (marker >= RST0 && marker <= EOI);
}

/** Segment of a JPEG: a marker and its payload. */
export interface JpegSegment {
  /** Second byte of the marker. */
  readonly marker: number;
  /** Byte offset in the file right after the marker. */
  readonly start: number;
}

/**
 * Yields the segments of a JPEG in the order of the file, up to and including the segment EOI (end
 * of image).
 *
 * Skips compressed image data between segments. In compressed data, a byte 0 follows each byte 255,
 * so a byte 255 before any byte except 0 begins a marker. Skips payloads by their length, because a
 * payload can contain bytes that look like a marker.
 *
 * @param bytes Whole file. The caller has checked that the file begins with the marker SOI (start
 *   of image).
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
  // A loop with `indexOf()` would take seconds for a file with many bytes 255.
  for (let at = 2; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) continue;
    if (marker === EOI || !isStandalone(marker)) yield { marker, start: at + 2 };
    if (marker === EOI) return;
    at += isStandalone(marker) ? 1 : 1 + (uint16At(bytes, at + 2) ?? 0);
  }
}

/** Reads an unsigned integer of two bytes. Returns undefined if the file ends first. */
export function uint16At(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = bytes.subarray(at, at + 2);
  return high === undefined || low === undefined ? undefined : high << 8 | low;
}
