import type { SizesRule } from "../../src/core/anchors.ts";

/** Anchors of the RetinaNet paper: 4 strides times 2^0, 2^(1/3) and 2^(2/3) (section 4). */
export const PAPER: SizesRule = {
  kind: "sizes",
  levels: [8, 16, 32, 64, 128].map((stride) => ({
    stride,
    sizes: [0, 1, 2].map((octave) => 4 * stride * 2 ** (octave / 3)),
  })),
  unit: "pixels",
  ratios: [0.5, 1, 2],
  order: "ratio-size",
  rounding: "none",
  centre: 0.5,
  strides: "nominal",
  extent: "edges",
};

/** Anchors of torchvision, which truncates sizes, rounds corners and centres on the cell's corner. */
export const TORCHVISION: SizesRule = {
  ...PAPER,
  levels: PAPER.levels.map(({ stride, sizes }) => ({ stride, sizes: sizes.map(Math.floor) })),
  rounding: "half-even",
  centre: 0,
  strides: "floor-input-over-grid",
};

/** Splits a flat `[M, 4]` array into boxes. */
export function boxesOf(flat: Float64Array): [number, number, number, number][] {
  return Array.from({ length: flat.length / 4 }, (_, i) => {
    const at = 4 * i;
    return [flat[at]!, flat[at + 1]!, flat[at + 2]!, flat[at + 3]!];
  });
}
