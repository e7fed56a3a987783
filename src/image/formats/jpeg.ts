import { DomainError } from "../../core/domain_error.ts";
import { ByteReader } from "./byte_reader.ts";
import { exifOrientation, type Orientation } from "./exif_orientation.ts";
import type { BaseHeader, ImageFormat } from "./image_format.ts";
import { hasSignature } from "./signature.ts";

/** Header of a JPEG. */
export type JpegHeader = BaseHeader<"jpeg">;

const TEM = 0x01;
const RST0 = 0xd0;
const RST7 = 0xd7;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;

const EXIF_SIGNATURE = "Exif\0\0";

/** Markers of the supported frames: baseline, extended sequential, progressive (Huffman). */
const PROGRESSIVE = 0xc2;
const SUPPORTED_FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, PROGRESSIVE]);

/** Markers of codings that common decoders lack (T.81, table B.1; T.87). */
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

/** Far more than the largest colour profile needs; more would only cost time. */
const MAX_SEGMENTS = 10_000;

type Frame = Pick<JpegHeader, "width" | "height" | "bitDepth" | "channels" | "progressive">;

/** The JPEG format. */
export const JPEG: ImageFormat<JpegHeader> = {
  name: "JPEG",
  signatures: ["\xff\xd8\xff"],
  readHeader: readJpegHeader,
  // A thumbnail has an EOI of its own, before the scan of the image. With neither marker both are -1.
  endsEarly: (bytes) => lastMarker(bytes, EOI) <= lastMarker(bytes, SOS),
};

/**
 * Reads the header of a JPEG: everything before its first scan (ITU-T T.81, annex B).
 *
 * @param bytes The file; its first two bytes are assumed to be SOI.
 * @throws {DomainError} `truncated-image`, if it ends before the first scan; `corrupt-image`, if
 * a segment breaks the standard; `unsupported-format`, if it is not Huffman-coded DCT or a later
 * DNL segment defines its height.
 *
 * @example
 * ```ts
 * import { readJpegHeader } from "./jpeg.ts";
 *
 * const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0];
 * const header = readJpegHeader(Uint8Array.of(0xff, 0xd8, ...frame, 0xff, 0xda));
 * if (header.width !== 3 || header.height !== 2) throw new Error("it is 3 wide and 2 high");
 * ```
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const reader = new ByteReader(bytes, "JPEG", "big-endian");
  reader.skip(2);

  let frame: Frame | undefined;
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
    const length = payloadLength(reader);
    if (SUPPORTED_FRAMES.has(marker)) {
      // Decoders differ in which of two frames they use: the checked size could be the other one's.
      if (frame !== undefined) throw reader.corrupt("it must have one frame header", "two");
      frame = readFrame(reader, marker, length);
    } else if (marker === APP1 && length > EXIF_SIGNATURE.length) {
      const payload = reader.take(length); // Not inside `??=`, which may skip the read.
      orientation ??= app1Orientation(payload);
    } else {
      reader.skip(length);
    }
  }

  if (frame === undefined) throw reader.corrupt("a frame header must precede its scan", "none");
  return { format: "jpeg", ...frame, orientation: orientation ?? 1, hasAlpha: false };
}

/**
 * Returns the next marker, after any fill bytes (T.81, B.1.1.2).
 *
 * Skips stray bytes between segments: the standard forbids them, but some cameras write them and
 * decoders skip them.
 */
function nextMarker(reader: ByteReader): number {
  let previous = 0;
  while (true) {
    const byte = reader.u8();
    if (previous === 0xff && byte !== 0xff && byte !== 0) return byte;
    previous = byte;
  }
}

function isStandalone(marker: number): boolean {
  return marker === TEM || (marker >= RST0 && marker <= RST7);
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

/** Returns the payload length; the stored one includes its own two bytes (T.81, B.1.1.4). */
function payloadLength(reader: ByteReader): number {
  const length = reader.u16();
  if (length < 2) throw reader.corrupt("a segment length must be at least 2", length);
  return length - 2;
}

/** Reads a frame header (T.81, B.2.2 and table B.2). */
function readFrame(reader: ByteReader, marker: number, length: number): Frame {
  if (length < 6) throw reader.corrupt("a frame header must hold at least 6 bytes", length);
  const bitDepth = reader.u8();
  const height = reader.u16();
  const width = reader.u16();
  const channels = reader.u8();
  reader.skip(length - 6);

  if (bitDepth !== 8 && !(bitDepth === 12 && marker !== 0xc0)) {
    throw reader.corrupt("its precision must be 8 bits, or 12 if not baseline", bitDepth);
  }
  if (width === 0) throw reader.corrupt("its width must be at least 1", width);
  if (channels === 0) throw reader.corrupt("it must have at least 1 component", channels);
  if (length !== 6 + 3 * channels) {
    throw reader.corrupt(
      `a frame header of ${channels} components must hold ${6 + 3 * channels} bytes`,
      length,
    );
  }
  if (height === 0) {
    throw new DomainError(
      "unsupported-format",
      "Cannot decode JPEG as its frame header must give a height of at least 1: current value " +
        "is 0 (left to a DNL segment). Save it again as JPEG or PNG and send that.",
    );
  }
  const frame = { width, height, bitDepth, channels };
  return marker === PROGRESSIVE ? { ...frame, progressive: true } : frame;
}

/** Returns the orientation in an APP1 segment, which can also hold other data, such as XMP. */
function app1Orientation(payload: Uint8Array): Orientation | undefined {
  if (!hasSignature(payload, EXIF_SIGNATURE)) return undefined;
  return exifOrientation(payload.subarray(EXIF_SIGNATURE.length));
}

/** Returns the offset of the last occurrence of a marker, or -1. */
function lastMarker(bytes: Uint8Array, marker: number): number {
  for (let at = bytes.length - 2; at >= 0; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === marker) return at;
  }
  return -1;
}
