import type { ImageHeader } from "./image_header.ts";

/** JPEG markers: start of scan and end of image (ITU T.81, table B.1). */
const SOS = 0xda, EOI = 0xd9;
const GIF_TRAILER = 0x3b;
const BOX_HEADER_BYTES = 8;
const LONG_BOX_HEADER_BYTES = 16;
const IEND = [0x49, 0x45, 0x4e, 0x44];

/**
 * Whether a file lacks its format's end, as an upload that broke off does.
 *
 * Meant to say why decoding failed, not whether to try: files without an end that decode well are
 * none of its business.
 */
export function endsEarly(bytes: Uint8Array, format: ImageHeader["format"]): boolean {
  switch (format) {
    case "jpeg":
      // A thumbnail has an end of its own, before the scan of the image; or there is neither.
      return lastMarker(bytes, EOI) <= lastMarker(bytes, SOS);
    case "png":
      return !endsWithin(bytes, IEND);
    case "gif":
      return bytes.findLast((byte) => byte !== 0) !== GIF_TRAILER;
    case "avif":
      return lastBoxEnd(bytes) > bytes.length;
    case "webp": // The header's reader walks past the pixels, and
    case "bmp": // the decoder knows how many bytes it needs: both say so themselves.
      return false;
  }
}

function lastMarker(bytes: Uint8Array, marker: number): number {
  for (let at = bytes.length - 2; at >= 0; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === marker) return at;
  }
  return -1;
}

function endsWithin(bytes: Uint8Array, pattern: readonly number[]): boolean {
  for (let at = bytes.length - pattern.length; at >= 0; at--) {
    if (pattern.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/** Where the boxes of an ISO media file end (ISO/IEC 14496-12, 4.2): each says how long it is. */
function lastBoxEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + BOX_HEADER_BYTES <= bytes.length) {
    const short = view.getUint32(at);
    if (short === 0) return bytes.length; // As long as the file is.
    const isLong = short === 1 && at + LONG_BOX_HEADER_BYTES <= bytes.length;
    const size = isLong ? Number(view.getBigUint64(at + BOX_HEADER_BYTES)) : short;
    at += Math.max(size, BOX_HEADER_BYTES);
  }
  return at < bytes.length ? bytes.length + 1 : at;
}
