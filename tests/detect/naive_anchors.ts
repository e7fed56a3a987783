import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { Size } from "../../src/core/size.ts";
import { type Fill, type Place, placesOf } from "./make_outputs.ts";

type Grid = HeadsManifest["anchors"] & { kind: "sizes" | "shapes" };

/** One anchor, computed from its definition. */
export interface NaiveAnchor {
  /** xyxy, input pixels. */
  readonly box: readonly number[];
  /** Size of the level's grid in input pixels: cells times stride. */
  readonly covered: Size;
}

/**
 * Computes the anchor of a place.
 *
 * @param listed Anchors that the graph returns.
 */
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
  const x = place.column + anchors.centre;
  const y = place.row + anchors.centre;
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

/**
 * Converts four numbers to a box.
 *
 * @returns xyxy, input pixels.
 */
export function naiveBox(
  numbers: readonly number[],
  { corners, space, extent }: {
    corners: "xyxy" | "yxyx" | "cxcywh" | "xywh";
    space: "input" | "unit";
    extent?: "edges" | "last-pixel";
  },
  { width, height }: Size,
): number[] {
  const [a, b, c, d] = numbers as [number, number, number, number];
  const lastPixel = extent === "last-pixel" && space === "input" ? 1 : 0;
  const [x1, y1, x2, y2] = corners === "xyxy"
    ? [a, b, c, d] as const
    : corners === "yxyx"
    ? [b, a, d, c] as const
    : corners === "xywh"
    ? [a, b, a + c - lastPixel, b + d - lastPixel] as const
    : [a - c / 2, b - d / 2, a + c / 2 - lastPixel, b + d / 2 - lastPixel] as const;
  const [right, down] = space === "unit" ? [width, height] as const : [1, 1] as const;
  return [x1 * right, y1 * down, x2 * right, y2 * down];
}

/** Computes the grid of a level and its strides in input pixels. */
function naiveStride({ levels, strides }: Grid, level: number, input: Size) {
  const { stride } = levels[level]!;
  const [columns, rows] = [Math.ceil(input.width / stride), Math.ceil(input.height / stride)];
  const overWidth = Math.floor(input.width / columns);
  const overHeight = Math.floor(input.height / rows);
  const [x, y] = ({
    "nominal": [stride, stride],
    "floor-input-over-grid": [overWidth, overHeight],
    "input-width-over-grid": [overWidth, overWidth],
  } as const)[strides];
  return { columns, rows, x, y };
}

function naiveShape(
  anchors: Grid,
  { level, anchor }: Place,
  stride: number,
): readonly [number, number] {
  if (anchors.kind === "shapes") return anchors.levels[level]!.shapes[anchor]!;
  const { sizes } = anchors.levels[level]!;
  const { ratios, order, unit } = anchors;
  const [size, ratio] = order === "ratio-size"
    ? [sizes[anchor % sizes.length]!, ratios[Math.floor(anchor / sizes.length)]!] as const
    : [sizes[Math.floor(anchor / ratios.length)]!, ratios[anchor % ratios.length]!] as const;
  const pixels = unit === "strides" ? size * stride : size;
  // The area is size², and height over width is the ratio.
  return [pixels / Math.sqrt(ratio), pixels * Math.sqrt(ratio)];
}

/** Rounds to the nearest integer; a half goes to the even neighbour. */
function halfEven(value: number): number {
  return Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

/** Returns one place per anchor, level by level. */
export function naivePlaces(manifest: HeadsManifest, input: Size): Place[][] {
  const count = "levels" in manifest.anchors ? manifest.anchors.levels.length : 1;
  return Array.from({ length: count }, (_, level) => placesOf(manifest, input, level, 1));
}
