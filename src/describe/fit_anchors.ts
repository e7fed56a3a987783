import type { ShapesRule } from "../core/anchors.ts";
import type { BoxCoder } from "../core/box_coder.ts";
import type { GridAnchors, ShapesAnchors } from "./anchor_levels.ts";
import { factorLevels, type MaybeShape, type PartLevel } from "./factor_shapes.ts";
import { type AnchorSample, solveAxis, solveSide } from "./solve_anchor.ts";

export type { AnchorSample } from "./solve_anchor.ts";

/** Anchors that were computed from boxes that the model's framework returned for test images. */
export interface FittedAnchors {
  /** Rule with sizes and ratios, or with the widths and heights of all anchors. */
  readonly rule: GridAnchors;
  /**
   * Anchors whose sides no box shows. Their sides are those of another level, multiplied by the
   * ratio of the two strides.
   */
  readonly scaled: readonly Pick<AnchorSample, "level" | "anchor">[];
}

/**
 * Maximum distance of a computed anchor side from a whole number. If no side is further away, all
 * sides are rounded to whole numbers.
 */
const WHOLE = 0.02;

/**
 * Computes the widths and heights of anchors from boxes that the model's framework has computed. A
 * box and its four deltas determine the anchor.
 *
 * An anchor without a box in `samples` gets the width and height of the same anchor on another
 * level, multiplied by the ratio of the two strides. If the known anchors are the pairs of some
 * sizes and ratios, its width and height follow from these.
 *
 * @param strides Declared stride of each level, in input pixels.
 * @param grid Placement of anchors on the grids of the model.
 * @returns Possible anchors, those with sizes and ratios first. Empty: an anchor has no box in
 *   `samples` on any level, or a box gives no valid anchor.
 */
export function fitAnchors(
  samples: readonly AnchorSample[],
  boxCoder: BoxCoder,
  strides: readonly number[],
  perCell: number,
  grid: Pick<ShapesRule, "strides" | "extent">,
): FittedAnchors[] {
  const centres = samples.flatMap((sample) =>
    AXES.flatMap((axis) => solveAxis(sample, boxCoder, axis)?.centre ?? [])
  );
  const centre = Math.round(median(centres) * 100) / 100;
  if (!(centre >= 0 && centre <= 1)) return [];
  const sideOf = (own: readonly AnchorSample[], axis: 0 | 1): number => {
    const whole = own.flatMap((sample) => solveAxis(sample, boxCoder, axis)?.side ?? []);
    const part = own.flatMap((sample) => solveSide(sample, boxCoder, axis, centre) ?? []);
    return median(whole.length > 0 ? whole : part);
  };
  const levels = strides.map((stride, level): PartLevel => {
    const shapes = Array.from({ length: perCell }, (_, anchor): MaybeShape => {
      const own = samples.filter((each) => each.level === level && each.anchor === anchor);
      const [width, height] = [sideOf(own, 0), sideOf(own, 1)];
      return Number.isNaN(width) || Number.isNaN(height) ? null : [width, height];
    });
    return { stride, shapes };
  });
  const known = levels.flatMap(({ shapes }) => shapes).flatMap((shape) => shape ?? []);
  if (known.length === 0 || !known.every((side) => side > 0 && side < Infinity)) return [];
  const fitted: FittedAnchors[] = [];
  const factored = factorLevels(levels, { ...grid, centre }, WHOLE);
  if (factored !== null) {
    const scaled = factored.isUnknown.flatMap((anchors, level) =>
      anchors.flatMap((isUnknown, anchor) => isUnknown ? [{ level, anchor }] : [])
    );
    fitted.push({ rule: factored.rule, scaled });
  }
  const listed = listedAnchors(levels, { ...grid, centre });
  return listed === null ? fitted : [...fitted, listed];
}

/** Axes of a box: x and y. */
const AXES = [0, 1] as const;

/**
 * Returns the anchors as a list of widths and heights. Returns null if an anchor is unknown on all
 * levels.
 */
function listedAnchors(
  levels: readonly PartLevel[],
  grid: Pick<ShapesRule, "strides" | "extent" | "centre">,
): FittedAnchors | null {
  const known = levels.flatMap(({ shapes }) => shapes).flatMap((shape) => shape ?? []);
  const isWhole = known.every((side) => Math.abs(side - Math.round(side)) < WHOLE);
  const tidy = (side: number) => isWhole ? Math.round(side) : Math.round(side * 1000) / 1000;
  const scaled: FittedAnchors["scaled"][number][] = [];
  const result: ShapesAnchors["levels"] = [];
  for (const [level, { stride, shapes }] of levels.entries()) {
    const own: [number, number][] = [];
    for (const [anchor, shape] of shapes.entries()) {
      const [width, height] = shape ?? scaledShape(levels, level, anchor) ?? [];
      if (width === undefined || height === undefined) return null;
      if (shape === null) scaled.push({ level, anchor });
      own.push([tidy(width), tidy(height)]);
    }
    result.push({ stride, shapes: own });
  }
  return { rule: { kind: "shapes", levels: result, ...grid }, scaled };
}

/**
 * Returns the width and height of the same anchor on the nearest level where this anchor is known,
 * multiplied by the ratio of the two strides.
 */
function scaledShape(levels: readonly PartLevel[], level: number, anchor: number): MaybeShape {
  const [nearest] = levels.map((_, other) => other)
    .filter((other) => (levels[other]?.shapes[anchor] ?? null) !== null)
    .sort((a, b) => Math.abs(a - level) - Math.abs(b - level));
  const shape = nearest === undefined ? null : levels[nearest]?.shapes[anchor] ?? null;
  if (nearest === undefined || shape === null) return null;
  const factor = levels[level]!.stride / levels[nearest]!.stride;
  return [shape[0] * factor, shape[1] * factor];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
