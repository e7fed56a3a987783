import { escapeXml } from "../../src/draw/overlay_svg.ts";

/** Line of a chart. */
export interface Line {
  readonly label: string;
  /** Points in the order in which they are joined. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** @default false */
  readonly dashed?: boolean;
  /** Index of the colour. Unset: the position of the line. */
  readonly colour?: number;
}

/** Axis of a chart. The first and the last tick are its ends. */
export interface Axis {
  readonly label: string;
  readonly ticks: readonly number[];
  /** True for a logarithmic axis, whose ticks are positive. @default false */
  readonly isLogarithmic?: boolean;
}

/** Chart with lines. */
export interface Chart {
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

/** Colours of Okabe and Ito, which readers with colour blindness can tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#000000"];
const [WIDTH, HEIGHT, MARGIN, LEGEND] = [400, 300, 60, 190];

/**
 * Draws lines as SVG. Points beyond the ends of an axis are drawn at its ends. Equal charts are
 * equal files: coordinates have one decimal.
 */
export function lineChart({ x, y, lines }: Chart): string {
  const [width, height] = [2 * MARGIN + WIDTH + LEGEND, 2 * MARGIN + HEIGHT];
  const left = (value: number) => rounded(MARGIN + share(x, value) * WIDTH);
  const top = (value: number) => rounded(MARGIN + (1 - share(y, value)) * HEIGHT);
  const bottom = MARGIN + HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...x.ticks.flatMap((value) => [
      `<path d="M${left(value)} ${bottom}V${MARGIN}" stroke="#ddd"/>`,
      text(left(value), bottom + 18, String(value), "middle"),
    ]),
    ...y.ticks.flatMap((value) => [
      `<path d="M${MARGIN} ${top(value)}H${MARGIN + WIDTH}" stroke="#ddd"/>`,
      text(MARGIN - 8, top(value) + 4, String(value), "end"),
    ]),
    text(MARGIN + WIDTH / 2, bottom + 40, x.label, "middle"),
    text(MARGIN, MARGIN - 20, y.label, "start"),
    ...lines.flatMap((line, index) => drawLine(line, index, left, top)),
    "</svg>\n",
  ].join("\n");
}

/** Draws a line and its entry in the legend. `left` and `top` return the place of a value. */
function drawLine(
  { label, points, dashed, colour }: Line,
  index: number,
  left: (value: number) => number,
  top: (value: number) => number,
): string[] {
  const stroke = `stroke="${COLOURS[(colour ?? index) % COLOURS.length]}" stroke-width="2"` +
    (dashed ? ` stroke-dasharray="6 4"` : "");
  const path = points.map(([x, y]) => `${left(x)} ${top(y)}`).join("L");
  const [legend, row] = [MARGIN + WIDTH + 20, MARGIN + 12 + index * 20];
  return [
    ...(path === "" ? [] : [`<path d="M${path}" fill="none" ${stroke}/>`]),
    `<path d="M${legend} ${row - 4}H${legend + 24}" ${stroke}/>`,
    text(legend + 32, row, label, "start"),
  ];
}

/** Returns the position of a value on an axis, from 0 to 1. */
function share({ ticks, isLogarithmic }: Axis, value: number): number {
  const scale = isLogarithmic ? Math.log : (x: number) => x;
  const [low, high] = [scale(ticks[0]!), scale(ticks.at(-1)!)];
  return Math.min(1, Math.max(0, (scale(value) - low) / (high - low)));
}

function text(left: number, top: number, content: string, anchor: string): string {
  return `<text x="${left}" y="${top}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
