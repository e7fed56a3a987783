import { classColour, rgbOf } from "../core/palette.ts";
import { type Canvas, type Colour, fillRectangle } from "./canvas.ts";
import { captionOf, lettersOf, type OverlayBox } from "./overlay_svg.ts";
import { type CaptionPlace, type Edges, placeCaption } from "./place_caption.ts";
import { drawText, textWidth } from "./text.ts";

const BLACK: Colour = [0, 0, 0];

/** Space on each side of a caption's text, as a fraction of the letter size (em). */
const PADDING = 0.35;

/** Height of a caption, as a multiple of the letter size (em). */
const HEIGHT = 1.3;

/**
 * Draws boxes and captions over pixels, without a canvas of the runtime. Therefore, the result is
 * the same on every runtime. Lines and letters grow with the image, so captions are legible in an
 * image of 200 pixels and in an image of 6000 pixels.
 *
 * @param canvas Canvas to draw on, with the EXIF orientation applied. The function changes its
 *   pixels.
 * @param boxes Boxes in pixels of the canvas, best first.
 *
 * @example
 * ```ts
 * import { transparentCanvas } from "./canvas.ts";
 * import { drawBoxes } from "./draw_boxes.ts";
 *
 * const canvas = transparentCanvas(100, 80);
 * const box = { xmin: 10, ymin: 30, xmax: 60, ymax: 70 };
 * drawBoxes(canvas, [{ box, label: "cat", classId: 0, score: 0.91 }]);
 * const alpha = canvas.data[4 * (50 * 100 + 10) + 3];
 * if (alpha !== 255) throw new Error("the left edge of the box must be opaque");
 * ```
 */
export function drawBoxes(canvas: Canvas, boxes: readonly OverlayBox[]): void {
  const letters = lettersOf(canvas);
  // The captions of better boxes are placed first. Better boxes are drawn last, on top of other
  // boxes.
  const places: CaptionPlace[] = [];
  const captions = boxes.map((box) => {
    const text = fitting(box, canvas.width - 2 * PADDING * letters, letters);
    const width = Math.ceil(textWidth(text, letters) + 2 * PADDING * letters);
    const caption = { width, height: Math.ceil(HEIGHT * letters) };
    const place = placeCaption(box.box, caption, canvas, places);
    places.push(place);
    return { text, place, classId: box.classId };
  });
  for (const { box, classId } of boxes.toReversed()) {
    drawFrame(canvas, box, Math.max(2, Math.round(letters / 6)), rgbOf(classColour(classId).fill));
  }
  for (const { text, place, classId } of captions.toReversed()) {
    const { fill, text: ink } = classColour(classId);
    const [left, top] = [Math.round(place.left), Math.round(place.top)];
    const [right, bottom] = [left + place.width, top + place.height];
    fillRectangle(canvas, left, top, right, bottom, rgbOf(fill));
    const middle = (top + bottom) / 2;
    drawText(canvas, text, left + PADDING * letters, middle, letters, rgbOf(ink));
  }
}

/**
 * Draws the frame of a box. Dark lines on both sides keep the frame visible on an image of the same
 * colour.
 */
function drawFrame(canvas: Canvas, box: Edges, line: number, colour: Colour): void {
  const dark = Math.max(1, Math.round(line / 2));
  // The line of a box at the edge of the image is moved into the image.
  const left = Math.max(0, Math.round(box.xmin - line / 2));
  const top = Math.max(0, Math.round(box.ymin - line / 2));
  const right = Math.min(canvas.width, Math.round(box.xmax + line / 2));
  const bottom = Math.min(canvas.height, Math.round(box.ymax + line / 2));
  strokeInside(canvas, left - dark, top - dark, right + dark, bottom + dark, dark, BLACK, 0.6);
  strokeInside(canvas, left, top, right, bottom, line, colour, 1);
  const inner = [left + line, top + line, right - line, bottom - line] as const;
  strokeInside(canvas, ...inner, dark, BLACK, 0.6);
}

/**
 * Draws a line along the edges of a rectangle, inside the rectangle. The line is `line` pixels
 * wide.
 */
function strokeInside(
  canvas: Canvas,
  left: number,
  top: number,
  right: number,
  bottom: number,
  line: number,
  colour: Colour,
  alpha: number,
): void {
  if (right <= left || bottom <= top) return;
  const [innerTop, innerBottom] = [Math.min(top + line, bottom), Math.max(bottom - line, top)];
  const middle = Math.max(innerTop, innerBottom);
  fillRectangle(canvas, left, top, right, innerTop, colour, alpha);
  fillRectangle(canvas, left, middle, right, bottom, colour, alpha);
  const innerLeft = Math.min(left + line, right);
  fillRectangle(canvas, left, innerTop, innerLeft, middle, colour, alpha);
  fillRectangle(canvas, Math.max(right - line, innerLeft), innerTop, right, middle, colour, alpha);
}

/**
 * Returns the caption of a box. If the caption is wider than `width` pixels, shortens the label.
 */
function fitting(box: OverlayBox, width: number, letters: number): string {
  const full = captionOf(box);
  if (textWidth(full, letters) <= width) return full;
  const characters = [...box.label];
  for (let length = characters.length - 1; length > 0; length--) {
    const text = captionOf({ ...box, label: `${characters.slice(0, length).join("")}…` });
    if (textWidth(text, letters) <= width) return text;
  }
  return "…";
}
