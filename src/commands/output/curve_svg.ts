import type { CurvePoint } from "../../eval/precision_curve.ts";
import { escapeXml, hue } from "../../draw/overlay_svg.ts";

/** Curve to draw, with the name of its class. */
export interface NamedCurve {
  /** Name of the class. */
  readonly label: string;
  /** Points of the curve, highest score first. */
  readonly points: readonly CurvePoint[];
}

/**
 * Side of the square that contains the curves, in SVG units. `MARGIN` and `LEGEND` are the spaces
 * around the square.
 */
const SIDE = 400;
const MARGIN = 50;
const LEGEND = 160;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/**
 * Draws precision over recall as SVG. A dot marks the score threshold on each curve.
 *
 * @example
 * ```ts
 * import { curveSvg } from "./curve_svg.ts";
 *
 * const points = [{ score: 0.9, recall: 0.5, precision: 1 }];
 * const svg = curveSvg([{ label: "cat", points }], 0.3);
 * if (!svg.includes("<circle")) throw new Error("the threshold is not marked");
 * ```
 */
export function curveSvg(curves: readonly NamedCurve[], threshold: number): string {
  const [width, height] = [MARGIN * 2 + SIDE + LEGEND, MARGIN * 2 + SIDE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...TICKS.flatMap(tick),
    text(x(0.5), y(0) + 38, "recall", "middle"),
    text(x(0), y(1) - 18, "precision", "middle"),
    ...curves.flatMap((curve, index) => drawCurve(curve, index, threshold)),
    "</svg>",
  ].join("\n");
}

function tick(value: number): string[] {
  return [
    `<path d="M${x(value)} ${y(0)}V${y(1)}M${x(0)} ${y(value)}H${x(1)}" stroke="#ddd"/>`,
    text(x(value), y(0) + 18, value.toFixed(1), "middle"),
    text(x(0) - 8, y(value) + 4, value.toFixed(1), "end"),
  ];
}

function drawCurve({ label, points }: NamedCurve, index: number, threshold: number): string[] {
  const colour = hue(index);
  const path = points.map(({ recall, precision }) => `${x(recall)} ${y(precision)}`).join("L");
  const last = points.findLast(({ score }) => score > threshold);
  const top = MARGIN + 12 + index * 18;
  const at = MARGIN + SIDE + 20;
  return [
    ...(path === ""
      ? []
      : [`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`]),
    ...(last === undefined
      ? []
      : [`<circle cx="${x(last.recall)}" cy="${y(last.precision)}" r="4" fill="${colour}"/>`]),
    `<rect x="${at}" y="${top - 10}" width="12" height="12" fill="${colour}"/>`,
    text(at + 18, top, label, "start"),
  ];
}

function text(left: number, top: number, content: string, anchor: string): string {
  return `<text x="${left}" y="${top}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function x(recall: number): number {
  return Number((MARGIN + recall * SIDE).toFixed(2));
}

function y(precision: number): number {
  return Number((MARGIN + (1 - precision) * SIDE).toFixed(2));
}
