import { type OverlayBox, overlaySvg } from "./overlay_svg.ts";

/**
 * Number of bytes that are encoded at a time. A multiple of 3, because other lengths would add
 * padding.
 */
const CHUNK = 3 * 8192;

/**
 * Draws boxes over an encoded image as SVG. The SVG contains the whole image file, without decoding
 * it.
 *
 * @param bytes Encoded image. Viewers apply the EXIF orientation of the image, like the detector
 *   does.
 * @param format Format of the image, for example `jpeg`.
 * @param image Size of the image after its EXIF orientation is applied, in pixels.
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

/** Encodes bytes as base64. Does not use `Uint8Array.toBase64()`, which older runtimes lack. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK))));
  }
  return parts.join("");
}
