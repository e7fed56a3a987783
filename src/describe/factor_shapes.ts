import { cellAnchors } from "../core/anchors.ts";
import type { ShapesAnchors, SizesAnchors } from "./anchor_levels.ts";
import { simplestNumber, simplestRatio } from "./simplest_number.ts";

/** Width and height of an anchor in input pixels, or null if unknown. */
export type MaybeShape = readonly [width: number, height: number] | null;

/** Level of a feature pyramid. Widths and heights of some anchors may be unknown. */
export interface PartLevel {
  /** Side of a cell, in input pixels. */
  readonly stride: number;
  /** Width and height of each anchor of a cell. */
  readonly shapes: readonly MaybeShape[];
}

/** Anchors as sizes and ratios. */
export interface Factored {
  /** Anchor rule with a list of sizes per level, and one list of ratios. */
  readonly rule: SizesAnchors;
  /** For each level and each anchor of a cell: true if no known anchor shows its size. */
  readonly isUnknown: readonly (readonly boolean[])[];
}

/**
 * Replaces a list of anchor shapes by sizes and ratios, which are far shorter.
 *
 * @param tolerance Maximum error of a width or height in `anchors`, in input pixels.
 * @returns Null if the shapes are not the pairs of some sizes and ratios.
 */
export function factorShapes(anchors: ShapesAnchors, tolerance: number): SizesAnchors | null {
  return factorLevels(anchors.levels, anchors, tolerance)?.rule ?? null;
}

/**
 * Finds sizes and ratios of anchors from widths and heights, some of which may be unknown.
 *
 * Tries each number of ratios that divides the number of anchors per cell, both orders, and both
 * kinds of rounding. With fewer known anchors than needed, nothing would contradict a wrong result,
 * so the function returns null.
 *
 * @param tolerance Maximum error of a known width or height, in input pixels.
 * @returns Null if the shapes are not the pairs of some sizes and ratios.
 */
export function factorLevels(
  levels: readonly PartLevel[],
  { centre, strides, extent }: Pick<ShapesAnchors, "centre" | "strides" | "extent">,
  tolerance: number,
): Factored | null {
  const perCell = levels[0]?.shapes.length ?? 0;
  const counts = Array.from({ length: perCell }, (_, i) => i + 1)
    .filter((count) => perCell % count === 0)
    .sort((a, b) => a + perCell / a - b - perCell / b);
  for (const count of counts) {
    for (const order of ["ratio-size", "size-ratio"] as const) {
      for (const rounding of ["none", "half-even"] as const) {
        const form = { count, order, rounding, tolerance };
        const found = factorAs(levels, form);
        if (found === null) continue;
        const { ratios, sizes, isUnknown } = found;
        const rule: SizesAnchors = {
          kind: "sizes",
          levels: levels.map(({ stride }, i) => ({ stride, sizes: sizes[i] ?? [] })),
          unit: "pixels",
          ...{ ratios, order, rounding, centre, strides, extent },
        };
        if (follows(rule, levels, tolerance)) return { rule, isUnknown };
      }
    }
  }
  return null;
}

/** Form of a list of anchors. */
interface Form {
  /** Number of ratios. */
  readonly count: number;
  readonly order: SizesAnchors["order"];
  readonly rounding: SizesAnchors["rounding"];
  readonly tolerance: number;
}

/** Range of numbers, both ends included. */
type Range = readonly [low: number, high: number];

function factorAs(
  levels: readonly PartLevel[],
  { count, order, rounding, tolerance }: Form,
): { ratios: number[]; sizes: number[][]; isUnknown: boolean[][] } | null {
  const perCell = levels[0]?.shapes.length ?? 0;
  const sizeCount = perCell / count;
  const indexOf = (ratio: number, size: number) =>
    order === "ratio-size" ? ratio * sizeCount + size : size * count + ratio;
  const margin = rounding === "none" ? tolerance : 1 + tolerance;
  const known = (level: PartLevel, ratio: number, size: number) =>
    level.shapes[indexOf(ratio, size)] ?? null;
  const numbersTo = (length: number) => Array.from({ length }, (_, i) => i);

  const ratios = numbersTo(count).map((ratio) => {
    const shapes = levels.flatMap((level) =>
      numbersTo(sizeCount).flatMap((size) => {
        const shape = known(level, ratio, size);
        return shape === null ? [] : [shape];
      })
    );
    const range = common(shapes.map((shape) => ratioRange(shape, margin)));
    return shapes.length === 0 || range === null ? null : simplestRatio(...range);
  });
  if (!ratios.every((ratio) => ratio !== null)) return null;

  const measured: (number | null)[][] = [];
  for (const [index, level] of levels.entries()) {
    const before = levels[index - 1];
    const growth = before === undefined ? NaN : level.stride / before.stride;
    measured.push(
      numbersTo(sizeCount).map((size) => {
        const ranges = ratios.flatMap((value, ratio) => {
          const shape = known(level, ratio, size);
          return shape === null ? [] : [sizeRange(shape, value, margin)];
        });
        const range = common(ranges);
        if (ranges.length === 0) return null;
        if (range === null) return NaN;
        // Rounded corners leave a range of sizes. Sizes usually grow with the strides.
        const grown = (measured[index - 1]?.[size] ?? NaN) * growth;
        return grown >= range[0] && grown <= range[1] ? grown : simplestNumber(...range);
      }),
    );
  }
  const values = measured.flat().filter((size) => size !== null);
  const shapeCount = levels.flatMap(({ shapes }) => shapes).filter((each) => each !== null).length;
  const isProven = perCell === 1 || 2 * shapeCount >= count + values.length + 2;
  if (!isProven || values.some(Number.isNaN)) return null;
  const sizes: number[][] = [];
  for (const level of levels.keys()) {
    const own = numbersTo(sizeCount).map((size) => scaledSize(measured, levels, level, size));
    if (!own.every((size) => size !== null)) return null;
    sizes.push(own);
  }
  const isUnknown = measured.map((level) =>
    numbersTo(perCell).map((index) => {
      const size = order === "ratio-size" ? index % sizeCount : Math.floor(index / count);
      return level[size] === null;
    })
  );
  return { ratios, sizes, isUnknown };
}

/**
 * Returns a size of a level. A size that is unknown is that of the nearest level, multiplied by the
 * ratio of the two strides.
 */
function scaledSize(
  measured: readonly (readonly (number | null)[])[],
  levels: readonly PartLevel[],
  level: number,
  size: number,
): number | null {
  const [nearest] = measured.map((_, other) => other)
    .filter((other) => (measured[other]?.[size] ?? null) !== null)
    .sort((a, b) => Math.abs(a - level) - Math.abs(b - level));
  const found = nearest === undefined ? null : measured[nearest]?.[size] ?? null;
  if (nearest === undefined || found === null) return null;
  return found * levels[level]!.stride / levels[nearest]!.stride;
}

/** Returns the possible ratios (height by width) of an anchor whose sides have an error. */
function ratioRange([width, height]: readonly [number, number], error: number): Range {
  return [
    Math.max(height - error, 1e-9) / (width + error),
    (height + error) / Math.max(width - error, 1e-9),
  ];
}

/** Returns the possible sizes (square root of the area) of an anchor whose ratio is known. */
function sizeRange(
  [width, height]: readonly [number, number],
  ratio: number,
  error: number,
): Range {
  const root = Math.sqrt(ratio);
  return [
    Math.max((width - error) * root, (height - error) / root, 1e-9),
    Math.min((width + error) * root, (height + error) / root),
  ];
}

/** Returns the numbers that all ranges have in common. Returns null if there are none. */
function common(ranges: readonly Range[]): Range | null {
  const low = Math.max(...ranges.map(([start]) => start));
  const high = Math.min(...ranges.map(([, end]) => end));
  return low <= high ? [low, high] : null;
}

/** Returns true if a rule computes all known widths and heights. */
function follows(rule: SizesAnchors, levels: readonly PartLevel[], tolerance: number): boolean {
  const lastPixel = rule.extent === "last-pixel" ? 1 : 0;
  return levels.every(({ stride, shapes }, level) => {
    const corners = cellAnchors(rule, level, stride);
    return shapes.every((shape, i) => {
      if (shape === null) return true;
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners.subarray(i * 4, i * 4 + 4);
      return Math.abs(x2 - x1 + lastPixel - shape[0]) <= tolerance &&
        Math.abs(y2 - y1 + lastPixel - shape[1]) <= tolerance;
    });
  });
}
