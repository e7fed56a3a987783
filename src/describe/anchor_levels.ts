import type { SizesRule } from "../core/anchors.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import type { Pyramid } from "./solve_pyramid.ts";

/** Anchors of a manifest that are computed by a rule, not returned by the graph. */
export type GridAnchors = Extract<HeadsManifest["anchors"], { readonly levels: unknown }>;

/**
 * Anchors of a manifest that are defined by a list of sizes per level and a list of aspect ratios.
 */
export type SizesAnchors = Extract<GridAnchors, { readonly kind: "sizes" }>;

/** Anchors of a manifest that are defined by a list of widths and heights per level. */
export type ShapesAnchors = Extract<GridAnchors, { readonly kind: "shapes" }>;

/** Anchors of the RetinaNet paper. Used for model families that have no anchor rule. */
export const PAPER_ANCHORS: SizesAnchors = {
  kind: "sizes",
  levels: [8, 16, 32, 64, 128].map((stride) => ({ stride, sizes: paperSizes(stride, 3) })),
  unit: "pixels",
  ratios: [0.5, 1, 2],
  order: "ratio-size",
  rounding: "none",
  centre: 0.5,
  strides: "nominal",
  extent: "edges",
};

/**
 * Returns the anchor sizes of a level as in the RetinaNet paper, section 4. The first size is 4
 * strides. Each further size is the previous size, multiplied by 2^(1 / count).
 */
function paperSizes(stride: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => 4 * stride * 2 ** (i / count));
}

/**
 * Adapts the anchors of a model family to the feature pyramid of a graph. If the pyramid has other
 * strides than the family, the anchor sizes of each level are proportional to the stride of the
 * level.
 *
 * @returns Anchors for the graph. Null if graph and family differ in the number of anchors per
 *   cell.
 */
export function scaledTo(anchors: GridAnchors, { strides, perCell }: Pyramid): GridAnchors | null {
  const isSame = anchors.levels.map(({ stride }) => stride).join() === strides.join();
  if (anchors.kind === "shapes") {
    const [finest] = anchors.levels;
    if (finest?.shapes.length !== perCell) return null;
    if (isSame) return anchors;
    const levels = strides.map((stride) => {
      const factor = stride / finest.stride;
      const shapes = finest.shapes.map(([w, h]): [number, number] => [w * factor, h * factor]);
      return { stride, shapes };
    });
    return { ...anchors, levels };
  }
  const [finest] = anchors.levels;
  if (finest === undefined || finest.sizes.length * anchors.ratios.length !== perCell) return null;
  if (isSame) return anchors;
  if (anchors.rounding !== "none" || anchors.unit === "strides") {
    return { ...anchors, levels: sizedLevels(anchors, strides, finest.sizes.length) };
  }
  const levels = strides.map((stride) => ({
    stride,
    sizes: finest.sizes.map((size) => size * stride / finest.stride),
  }));
  return { ...anchors, levels };
}

/**
 * Computes the anchor sizes of each level as in the RetinaNet paper. Rounds the sizes down, unless
 * `rounding` is `none`.
 */
export function sizedLevels(
  { unit, rounding }: SizesRule,
  strides: readonly number[],
  count: number,
): { stride: number; sizes: number[] }[] {
  return strides.map((stride) => {
    const sizes = paperSizes(unit === "strides" ? 1 : stride, count);
    return { stride, sizes: rounding === "none" ? sizes : sizes.map(Math.floor) };
  });
}

/**
 * Chooses the aspect ratios of the anchors: the ratios of the model family, or another common list.
 * The number of anchors per cell must be a multiple of the number of ratios.
 *
 * @param sizes Number of anchor sizes per level, if the caller gave sizes. Undefined: the caller
 *   gave no sizes.
 */
export function ratiosFor(
  family: readonly number[],
  perCell: number,
  sizes: number | undefined,
): readonly number[] {
  const count = sizes === undefined ? null : perCell / sizes;
  const usual = [family, [1], [1, 2], [1 / 3, 0.5, 1, 2, 3]];
  const fitting = usual.filter(({ length }) =>
    count === null ? perCell % length === 0 : length === count
  );
  if (count !== null) return fitting[0] ?? family;
  // Prefers the longest list, because models with one ratio and many sizes are rare.
  return fitting.toSorted((a, b) => b.length - a.length)
    .find((ratios) => ratios === family || perCell % family.length !== 0) ?? [1];
}

/**
 * Converts the caller's anchor sizes to one list per level. If the caller gave a single list, this
 * list is for the level with the smallest stride. Each other level gets the same sizes, multiplied
 * by the ratio of the two strides.
 */
export function wishedLevels(
  sizes: readonly (readonly number[])[],
  strides: readonly number[],
  count: number,
  told: string,
): { stride: number; sizes: number[] }[] {
  const [first = []] = sizes;
  const all = sizes.length === 1
    ? strides.map((stride) => first.map((size) => size * stride / (strides[0] ?? stride)))
    : sizes;
  if (all.length !== strides.length || all.some(({ length }) => length !== count)) {
    throw new TypeError(
      `Cannot take --sizes with ${
        sizes.map(({ length }) => length).join("; ")
      } sizes, as ${told}: ` +
        `wanted are ${count} sizes for each of ${strides.length} levels, or for the finest`,
    );
  }
  return strides.map((stride, i) => ({ stride, sizes: [...all[i] ?? []] }));
}
