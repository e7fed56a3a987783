import { DomainError } from "../../core/domain_error.ts";
import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";
import { BLOCK_BYTES, componentsOf, type JpegFrame, readFrame } from "./jpeg_frame.ts";
import { APP0, APP1, APP15, COM, EOI, isStandalone, SOI, SOS } from "./jpeg_markers.ts";
import { heightAfterScan, type JpegComponent } from "./jpeg_scans.ts";
import { hasSignature } from "./signature.ts";

/** Header of a JPEG. */
export interface JpegHeader extends BaseHeader<"jpeg"> {
  /** Components (colour planes) of the frame, in the order of the file. */
  readonly components: readonly JpegComponent[];
  /**
   * Byte offset of the height field in the file. Set only if this field is 0, because a DNL (define
   * number of lines) segment after the first scan contains the height. Unset: the field contains
   * the height.
   */
  readonly heightAt?: number;
}

const EXIF_SIGNATURE = "Exif\0\0";

/** Marker of a progressive frame with Huffman coding. */
const PROGRESSIVE = 0xc2;
/**
 * Markers of the supported frame types: baseline, extended sequential and progressive, with Huffman
 * coding.
 */
const SUPPORTED_FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, PROGRESSIVE]);

/** Markers of encodings that common decoders do not support (ITU-T T.81, table B.1; ITU-T T.87). */
const UNSUPPORTED_CODINGS: ReadonlyMap<number, string> = new Map([
  [0xc3, "lossless"],
  [0xc5, "hierarchical sequential"],
  [0xc6, "hierarchical progressive"],
  [0xc7, "hierarchical lossless"],
  [0xc9, "arithmetic sequential"],
  [0xca, "arithmetic progressive"],
  [0xcb, "arithmetic lossless"],
  [0xcd, "hierarchical arithmetic sequential"],
  [0xce, "hierarchical arithmetic progressive"],
  [0xcf, "hierarchical arithmetic lossless"],
  [0xde, "hierarchical"],
  [0xf7, "JPEG-LS"],
]);

/**
 * Maximum number of segments before the first scan (the coded pixels). Real files have fewer
 * segments, even with the largest colour profile. The limit bounds the reading time.
 */
const MAX_SEGMENTS = 10_000;

/** The JPEG format. */
export const JPEG: ImageFormat<JpegHeader> = {
  name: "JPEG",
  signatures: ["\xff\xd8\xff"],
  readHeader: readJpegHeader,
};

/**
 * Reads the header of a JPEG: everything before the data of its first scan (ITU-T T.81, annex B).
 *
 * If the frame header declares the height 0, the height is read from the DNL (define number of
 * lines) segment after the first scan.
 *
 * @param bytes Whole file. The caller has checked that the file begins with the marker SOI (start
 *   of image).
 * @throws {DomainError} `truncated-image`, if the file ends before the first scan; `corrupt-image`,
 * if a segment breaks the standard; `unsupported-format`, if the JPEG is lossless, arithmetic-coded
 * or hierarchical, or has samples of 12 bits.
 *
 * @example
 * ```ts
 * import { readJpegHeader } from "./jpeg.ts";
 *
 * const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0];
 * const header = readJpegHeader(Uint8Array.of(0xff, 0xd8, ...frame, 0xff, 0xda, 0, 8, 1));
 * if (header.width !== 3 || header.height !== 2) throw new Error("it is 3 wide and 2 high");
 * ```
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const reader = new ByteReader(bytes, "JPEG", "big-endian");
  reader.skip(2);

  let frame: JpegFrame | undefined;
  let orientation: Orientation | undefined;
  let segments = 0;
  for (let marker = nextMarker(reader); marker !== SOS; marker = nextMarker(reader)) {
    if (++segments > MAX_SEGMENTS) {
      throw reader.corrupt(`at most ${MAX_SEGMENTS} segments may precede its scan`, "more");
    }
    refuseUnsupported(marker);
    if (marker === SOI || marker === EOI) {
      throw reader.corrupt("a scan must come before its end", marker === SOI ? "SOI" : "EOI");
    }
    if (isStandalone(marker)) continue;
    const length = payloadLength(reader, marker);
    if (SUPPORTED_FRAMES.has(marker)) {
      // Two frame headers are refused. Some decoders use the first, others the second, so the size
      // of the decoded frame might not have been checked.
      if (frame !== undefined) throw reader.corrupt("it must have one frame header", "two");
      frame = readFrame(reader, marker, length, bytes.length);
    } else if (marker === APP1 && length > EXIF_SIGNATURE.length) {
      const payload = reader.take(length); // Not inside `??=`, which may skip the read.
      orientation ??= app1Orientation(payload);
    } else {
      reader.skip(length);
    }
  }

  if (frame === undefined) throw reader.corrupt("a frame header must precede its scan", "none");
  payloadLength(reader, SOS);
  return headerOf(frame, reader.u8(), orientation ?? 1, bytes);
}

/**
 * Creates the header of a JPEG from the fields that were read from the file.
 *
 * @param scanned Number of colour components in the first scan.
 */
function headerOf(
  frame: JpegFrame,
  scanned: number,
  orientation: Orientation,
  bytes: Uint8Array,
): JpegHeader {
  const { width, bitDepth, samplings, heightAt } = frame;
  const height = frame.height === 0 ? heightAfterScan(bytes) : frame.height;
  const components = componentsOf(samplings, width, height);
  const hasSeveralScans = frame.marker === PROGRESSIVE || scanned < components.length;
  const stored = components.reduce((sum, { paddedBlocks }) => sum + paddedBlocks, 0) * BLOCK_BYTES;
  return {
    ...{ format: "jpeg", width, height, orientation, bitDepth, hasAlpha: false },
    channels: components.length,
    components,
    ...hasSeveralScans && { coefficientBytes: stored },
    ...frame.height === 0 && { heightAt },
  };
}

/**
 * Reads the next marker (ITU-T T.81, B.1.1.2).
 *
 * Skips other bytes before the marker. The standard forbids most of these bytes, but some cameras
 * write them and decoders skip them.
 */
function nextMarker(reader: ByteReader): number {
  let previous = 0;
  while (true) {
    const byte = reader.u8();
    if (previous === 0xff && byte !== 0xff && byte !== 0) return byte;
    previous = byte;
  }
}

function refuseUnsupported(marker: number): void {
  const coding = UNSUPPORTED_CODINGS.get(marker);
  if (coding === undefined) return;
  throw new DomainError(
    "unsupported-format",
    "Cannot decode JPEG as its coding must be baseline, extended or progressive Huffman: " +
      `current value is ${coding}. Save it as a baseline JPEG or as PNG and send that.`,
  );
}

/**
 * Reads the length of a segment and returns the length of its payload. The stored length includes
 * the two bytes of the length field itself (ITU-T T.81, B.1.1.4).
 *
 * Some programs write the length 0 for an empty comment. Like decoders, this function accepts 0 for
 * comments and application segments, because nothing depends on their payload.
 */
function payloadLength(reader: ByteReader, marker: number): number {
  const length = reader.u16();
  if (length >= 2) return length - 2;
  if (marker === COM || (marker >= APP0 && marker <= APP15)) return 0;
  throw reader.corrupt("a segment length must be at least 2", length);
}

/**
 * Returns the EXIF orientation from an APP1 segment. Undefined: the segment contains other data,
 * such as XMP.
 */
function app1Orientation(payload: Uint8Array): Orientation | undefined {
  if (!hasSignature(payload, EXIF_SIGNATURE)) return undefined;
  return exifOrientation(payload.subarray(EXIF_SIGNATURE.length));
}
