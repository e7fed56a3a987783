import { joinBytes } from "./bytes_of.ts";

/** Contents of a JPEG. Unset: those of a baseline image of 3x2 pixels. */
export interface JpegOptions {
  /** Second byte of the marker of the frame. */
  readonly marker?: number;
  readonly width?: number;
  readonly height?: number;
  readonly precision?: number;
  readonly components?: number;
  /** Bytes between SOI and the frame header. */
  readonly before?: readonly Uint8Array[];
  /** Bytes between the frame header and SOS. */
  readonly after?: readonly Uint8Array[];
}

/** Builds a JPEG up to the end of its SOS marker, so that every byte belongs to the header. */
export function buildJpeg(options: JpegOptions = {}): Uint8Array {
  const { marker = 0xc0, width = 3, height = 2, precision = 8, components = 3 } = options;
  const frame = [precision, height >> 8, height & 255, width >> 8, width & 255, components];
  for (let i = 0; i < components; i++) frame.push(i + 1, 0x11, 0);
  return joinBytes(
    Uint8Array.of(0xff, 0xd8),
    ...options.before ?? [],
    jpegSegment(marker, frame),
    ...options.after ?? [],
    Uint8Array.of(0xff, 0xda),
  );
}

/** Builds a segment. */
export function jpegSegment(marker: number, payload: ArrayLike<number>): Uint8Array {
  const length = payload.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 255, ...Array.from(payload));
}

/** Builds an APP1 segment with an Exif block. */
export function exifSegment(tiff: Uint8Array): Uint8Array {
  return jpegSegment(0xe1, [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]);
}
