/** Box to draw, with its caption. */
export interface OverlayBox {
  /** Edges of the box, in pixels of the image. */
  readonly box: {
    readonly xmin: number;
    readonly ymin: number;
    readonly xmax: number;
    readonly ymax: number;
  };
  /** Name of the class. */
  readonly label: string;
  /** Class id. Each class has its own colour. */
  readonly classId: number;
  /** Confidence, 0 to 1. Unset: the caption is the label alone. */
  readonly score?: number | undefined;
}

/** Image to draw on. */
export interface OverlayImage {
  /** URL of the upright image. With a `data:` URL, the drawing needs no second file. */
  readonly href: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/**
 * Degrees between the hues of consecutive class ids. The golden angle keeps the colours of all
 * classes distinct.
 */
const GOLDEN_ANGLE = 137.508;

/**
 * Draws boxes over an image as SVG, which needs no canvas and is sharp at every size.
 *
 * @param boxes Boxes, best first.
 *
 * @example
 * ```ts
 * import { overlaySvg } from "./overlay.ts";
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
  const unit = Math.max(width, height) / 100;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="${number(unit * 2.6)}">`,
    `<image href="${escapeXml(href)}" width="${width}" height="${height}"/>`,
    // The best box is drawn last, on top of the others.
    ...boxes.toReversed().map((box) => drawBox(box, unit)),
    "</svg>",
  ].join("\n");
}

function drawBox({ box, label, classId, score }: OverlayBox, unit: number): string {
  const colour = hue(classId);
  const caption = score === undefined ? label : `${label} ${Math.round(score * 100)} %`;
  const captionWidth = unit * (1.2 + 1.6 * caption.length);
  const top = Math.max(0, box.ymin - unit * 3.4);
  const [x, y] = [number(box.xmin), number(box.ymin)];
  const [w, h] = [number(box.xmax - box.xmin), number(box.ymax - box.ymin)];
  return `<g><rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" ` +
    `stroke="${colour}" stroke-width="${number(unit / 2)}"/>` +
    `<rect x="${x}" y="${number(top)}" width="${number(captionWidth)}" ` +
    `height="${number(unit * 3.4)}" fill="${colour}"/>` +
    `<text x="${number(box.xmin + unit * 0.6)}" y="${number(top + unit * 2.5)}" fill="white">` +
    `${escapeXml(caption)}</text></g>`;
}

/** Returns the colour of a class. */
export function hue(classId: number): string {
  return `hsl(${number((classId * GOLDEN_ANGLE) % 360)} 90% 45%)`;
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Replaces the characters that XML and HTML reserve. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
