import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { Size } from "../../src/core/size.ts";
import { type Fill, type Place, placesOf } from "./make_outputs.ts";

type Grid = HeadsManifest["anchors"] & { kind: "sizes" | "shapes" };

/** An anchor by its definition, alone. */
export interface NaiveAnchor {
  /** xyxy, input pixels. */
  readonly box: readonly number[];
  /** What the grid of its level covers. */
  readonly covered: Size;
}

/** The anchor of a place; `listed` holds those that the graph puts out. */
export function naiveAnchor(
  { anchors }: HeadsManifest,
  input: Size,
  place: Place,
  listed: Fill,
): NaiveAnchor {
  if (anchors.kind === "none") return { box: [], covered: input };
  if (anchors.kind === "output") {
    const numbers = [0, 1, 2, 3].map((channel) => Math.fround(listed({ ...place, channel })));
    return { box: naiveBox(numbers, anchors, input), covered: input };
  }
  const stride = naiveStride(anchors, place.level, input);
  const [width, height] = naiveShape(anchors, place, stride.x);
  const last = anchors.extent === "last-pixel" ? 1 : 0;
  const round = anchors.kind === "sizes" && anchors.rounding === "half-even"
    ? halfEven
    : (edge: number) => edge;
  const [x, y] = [place.column, place.row].map((cell) => cell + anchors.centre);
  return {
    box: [
      x * stride.x + round(-width / 2),
      y * stride.y + round(-height / 2),
      x * stride.x + round(width / 2 - last),
      y * stride.y + round(height / 2 - last),
    ],
    covered: { width: stride.x * stride.columns, height: stride.y * stride.rows },
  };
}

/** The box that four numbers name in an order and a space: xyxy, input pixels. */
export function naiveBox(
  [a, b, c, d]: readonly number[],
  { corners, space }: { corners: "xyxy" | "yxyx"; space: "input" | "unit" },
  { width, height }: Size,
): number[] {
  const [x1, y1, x2, y2] = corners === "xyxy" ? [a, b, c, d] : [b, a, d, c];
  const [right, down] = space === "unit" ? [width, height] : [1, 1];
  return [x1 * right, y1 * down, x2 * right, y2 * down];
}

/** How often each place of a level occurs, and how far apart its cells are. */
function naiveStride({ levels, strides }: Grid, level: number, input: Size) {
  const { stride } = levels[level];
  const [columns, rows] = [Math.ceil(input.width / stride), Math.ceil(input.height / stride)];
  const [overWidth, overHeight] = [input.width / columns, input.height / rows].map(Math.floor);
  const [x, y] = {
    "nominal": [stride, stride],
    "floor-input-over-grid": [overWidth, overHeight],
    "input-width-over-grid": [overWidth, overWidth],
  }[strides];
  return { columns, rows, x, y };
}

function naiveShape(anchors: Grid, { level, anchor }: Place, stride: number): readonly number[] {
  if (anchors.kind === "shapes") return anchors.levels[level].shapes[anchor];
  const { sizes } = anchors.levels[level];
  const { ratios, order, unit } = anchors;
  const [size, ratio] = order === "ratio-size"
    ? [sizes[anchor % sizes.length], ratios[Math.floor(anchor / sizes.length)]]
    : [sizes[Math.floor(anchor / ratios.length)], ratios[anchor % ratios.length]];
  const pixels = unit === "strides" ? size * stride : size;
  // Area size², height over width the ratio.
  return [pixels / Math.sqrt(ratio), pixels * Math.sqrt(ratio)];
}

/** To the nearest whole number; of a half, to the even one. */
function halfEven(value: number): number {
  return Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

/** Every place of every level, once per anchor. */
export function naivePlaces(manifest: HeadsManifest, input: Size): Place[][] {
  const count = "levels" in manifest.anchors ? manifest.anchors.levels.length : 1;
  return Array.from({ length: count }, (_, level) => placesOf(manifest, input, level, 1));
}
