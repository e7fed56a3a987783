import type { Size } from "../core/size.ts";
import type { Detection } from "./detection.ts";

/** File formats in which a detector can return a drawing. */
export const DRAWING_FORMATS = ["png", "jpeg"] as const;

/** File format of a drawing. */
export type DrawingFormat = typeof DRAWING_FORMATS[number];

/** Pixels to encode. */
export interface EncodePixels extends Size {
  /** Bytes 0 to 255, not premultiplied: red, green, blue and alpha of each pixel, row by row. */
  readonly data: Uint8Array;
}

/**
 * Encodes pixels as an image file. A PNG file keeps the alpha channel if `hasAlpha` is true. A JPEG
 * file has no alpha channel.
 */
export type ImageEncoder = (
  pixels: EncodePixels,
  format: DrawingFormat,
  hasAlpha: boolean,
) => Promise<Uint8Array<ArrayBuffer>>;

/** Request for a drawing of detections. */
export interface DrawRequest {
  /** Detections to draw, best first. */
  readonly detections: readonly Detection[];
  /** Format of the drawing. */
  readonly format: DrawingFormat;
  /**
   * True: the drawing shows only the detections, on a transparent background. False: the drawing
   * also shows the image.
   */
  readonly isOverlay: boolean;
  /** Maximum length of the longer side of the drawing, pixels. A larger image is scaled down. */
  readonly maxSide: number;
}

/** Drawing of detections. */
export interface Drawing {
  /** Image file. */
  readonly bytes: Uint8Array;
  /** Milliseconds that decoding, drawing and encoding took. */
  readonly ms: number;
}
