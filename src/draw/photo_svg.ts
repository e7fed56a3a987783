import { type OverlayBox, overlaySvg } from "./overlay_svg.ts";

/** Bytes that are encoded at a time: a multiple of 3, so that no padding comes between. */
const CHUNK = 3 * 8192;

/**
 * Draws boxes over an encoded image. The SVG contains the file itself, so it needs no second file
 * and no pixel is decoded.
 *
 * @param bytes Encoded image. A viewer applies its EXIF orientation, as the detector does.
 * @param format Format of the image, for example `jpeg`.
 * @param image Upright size of the image, pixels.
 * @param boxes Boxes, best first.
 */
export function photoSvg(
  bytes: Uint8Array,
  format: string,
  image: { readonly width: number; readonly height: number },
  boxes: readonly OverlayBox[],
): string {
  return overlaySvg({ href: `data:image/${format};base64,${base64(bytes)}`, ...image }, boxes);
}

/** Encodes bytes as base64. `Uint8Array.toBase64()` is missing in older runtimes. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK))));
  }
  return parts.join("");
}
