import { classColour } from "../core/palette.ts";
import type { Size } from "../core/size.ts";
import { type CaptionPlace, type Edges, placeCaption } from "./place_caption.ts";

/** Box to draw, with its caption. */
export interface OverlayBox {
  /** Edges of the box, in pixels of the image. */
  readonly box: Edges;
  /** Name of the class. */
  readonly label: string;
  /** Class id. Each class has its own colour. */
  readonly classId: number;
  /** Confidence, 0 to 1. Unset: the caption shows only the label. */
  readonly score?: number | undefined;
}

/** Image to draw on. */
export interface OverlayImage {
  /**
   * URL of the image. If the image has an EXIF orientation, the program that shows the SVG must
   * apply it. With a `data:` URL, the SVG contains the image. Unset: the background of the drawing
   * is transparent.
   */
  readonly href?: string | undefined;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/**
 * Minimum height of letters, in pixels of the image. Captions stay legible in images of only 200
 * pixels.
 */
const MIN_LETTERS = 11;

/** Height of letters, as a fraction of the longer side of the image. */
const LETTERS = 0.024;

/**
 * Draws boxes over an image as SVG. SVG needs no canvas and is sharp at every size.
 *
 * @param boxes Boxes, best first.
 *
 * @example
 * ```ts
 * import { overlaySvg } from "./overlay_svg.ts";
 *
 * const box = { xmin: 10, ymin: 20, xmax: 30, ymax: 60 };
 * const svg = overlaySvg(
 *   { href: "cat.jpg", width: 100, height: 80 },
 *   [{ box, label: "cat", classId: 4, score: 0.91 }],
 * );
 * if (!svg.includes("cat 91 %")) throw new Error("no caption");
 * ```
 */
export function overlaySvg(image: OverlayImage, boxes: readonly OverlayBox[]): string {
  const { width, height, href } = image;
  const letters = lettersOf(image);
  // The captions of better boxes are placed first. Better boxes are drawn last, on top of other
  // boxes.
  const places: CaptionPlace[] = [];
  for (const box of boxes) {
    const wide = letters * (0.8 + 0.62 * [...captionOf(box)].length);
    places.push(placeCaption(box.box, { width: wide, height: letters * 1.4 }, image, places));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-weight="600" ` +
    `font-size="${number(letters)}">`,
    ...href === undefined
      ? []
      : [`<image href="${escapeXml(href)}" width="${width}" height="${height}"/>`],
    ...boxes.map((box) => drawBox(box, letters / 6)).toReversed(),
    ...boxes.map((box, i) => drawCaption(box, places[i]!, letters)).toReversed(),
    "</svg>",
  ].join("\n");
}

/**
 * Draws a box as a coloured line on a wider dark line. The dark line keeps the box visible on an
 * image of the same colour.
 */
function drawBox({ box, classId }: OverlayBox, line: number): string {
  const { fill } = classColour(classId);
  const edges = `x="${number(box.xmin)}" y="${number(box.ymin)}" ` +
    `width="${number(box.xmax - box.xmin)}" height="${number(box.ymax - box.ymin)}" fill="none"`;
  return `<rect ${edges} stroke="#000" stroke-opacity="0.6" stroke-width="${number(line * 2)}"/>` +
    `<rect ${edges} stroke="${fill}" stroke-width="${number(line)}"/>`;
}

/**
 * Draws a caption. The text is stretched to the width of `place`, because fonts differ between
 * viewers.
 */
function drawCaption(box: OverlayBox, place: CaptionPlace, letters: number): string {
  const { left, top, width, height } = place;
  const { fill, text } = classColour(box.classId);
  return `<rect x="${number(left)}" y="${number(top)}" width="${number(width)}" ` +
    `height="${number(height)}" fill="${fill}"/>` +
    `<text x="${number(left + letters * 0.4)}" y="${number(top + letters * 1.05)}" ` +
    `textLength="${number(width - letters * 0.8)}" lengthAdjust="spacingAndGlyphs" ` +
    `fill="${text}">${escapeXml(captionOf(box))}</text>`;
}

/** Returns the size of letters for an image, in pixels per em. */
export function lettersOf({ width, height }: Size): number {
  return Math.max(MIN_LETTERS, LETTERS * Math.max(width, height));
}

/** Returns the caption of a box: its label and its score in percent. */
export function captionOf({ label, score }: OverlayBox): string {
  return score === undefined ? label : `${label} ${Math.round(score * 100)} %`;
}

/** Returns the colour of a class. */
export function hue(classId: number): string {
  return classColour(classId).fill;
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Replaces the characters that XML and HTML reserve. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
