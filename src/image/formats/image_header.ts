import type { Orientation } from "./exif_orientation.ts";

/** What an image file says about itself before anything is decoded. */
export interface ImageHeader {
  /** The format, by the file's first bytes; its name and media type are not asked. */
  readonly format: "jpeg" | "png" | "gif" | "webp" | "avif" | "bmp";
  /** Stored pixels from left to right, before the orientation is applied. */
  readonly width: number;
  /** Stored pixels from top to bottom, before the orientation is applied. */
  readonly height: number;
  /** How to turn the stored pixels for viewing (Exif); 1 if the file does not say. */
  readonly orientation: Orientation;
  /** Bits of one stored sample. */
  readonly bitDepth: number;
  /** Samples stored for each pixel, alpha included; an index into a colour table counts as one. */
  readonly channels: number;
  /** Whether a pixel can be transparent. */
  readonly hasAlpha: boolean;
  /** Whether a JPEG is coded in several passes over all pixels; absent where it is not. */
  readonly progressive?: true;
}
