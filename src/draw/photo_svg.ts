import { type OverlayBox, overlaySvg } from "./overlay_svg.ts";

/**
 * Number of bytes that are encoded as base64 at a time. The number is a multiple of 3, because
 * base64 pads other lengths.
 */
const CHUNK = 3 * 8192;

/**
 * Draws boxes over an encoded image as SVG. The SVG contains the whole image file. The image is not
 * decoded.
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

/** SVG that is encoded part by part. */
export interface SvgParts {
  /** Bytes of all parts together. */
  readonly length: number;
  /** Parts of the SVG, in UTF-8. The parts can be read only once. */
  readonly parts: Iterable<Uint8Array>;
}

/**
 * Draws the same SVG as `photoSvg()`, in parts. Only one part is in memory at a time, beside the
 * image.
 */
export function photoSvgParts(
  ...[bytes, format, image, boxes]: Parameters<typeof photoSvg>
): SvgParts {
  const href = `data:image/${format};base64,`;
  const svg = overlaySvg({ href, ...image }, boxes);
  const at = svg.indexOf(href) + href.length;
  const encoder = new TextEncoder();
  const [head, tail] = [encoder.encode(svg.slice(0, at)), encoder.encode(svg.slice(at))];
  return {
    length: head.length + 4 * Math.ceil(bytes.length / 3) + tail.length,
    parts: (function* () {
      yield head;
      for (let from = 0; from < bytes.length; from += CHUNK) {
        yield encoder.encode(base64(bytes.subarray(from, from + CHUNK)));
      }
      yield tail;
    })(),
  };
}

/** Encodes bytes as base64. Does not use `Uint8Array.toBase64()`, which older runtimes lack. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK))));
  }
  return parts.join("");
}
