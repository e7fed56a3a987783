/**
 * Orders of the dimensions of an output for one level of the feature pyramid.
 *
 * Each letter is a dimension: `n` images, `a` anchors of a cell, `c` channels (classes, or the four
 * numbers of a box), `h` rows and `w` columns of the grid. In a layout without `a`, the dimension
 * `c` holds the channels of all anchors of a cell, anchor by anchor.
 */
export const HEAD_LAYOUTS = [
  ...["nchw", "nhwc"] as const,
  ...["nachw", "ncahw", "nahwc", "nchwa", "nhwac", "nhwca"] as const,
] as const;

/** Order of the dimensions of an output for one level of the feature pyramid. */
export type HeadLayout = typeof HEAD_LAYOUTS[number];

/** Lengths of the dimensions of an output for one level. `Length` is null for unknown lengths. */
export interface HeadSides<Length> {
  /** Anchors per cell. */
  readonly anchors: number;
  /** Number of classes, or 4 for an output with boxes. */
  readonly channels: number;
  /** Number of grid rows. */
  readonly height: Length;
  /** Number of grid columns. */
  readonly width: Length;
}

/**
 * Returns the shape of an output for one level, without the dimension of the images.
 *
 * @example
 * ```ts
 * import { headShape } from "./head_layout.ts";
 *
 * const sides = { anchors: 9, channels: 4, height: 10, width: 12 };
 * if (headShape("nchw", sides).join() !== "36,10,12") throw new Error("nchw");
 * if (headShape("nhwac", sides).join() !== "10,12,9,4") throw new Error("nhwac");
 * ```
 */
export function headShape<Length extends number | null>(
  layout: HeadLayout,
  { anchors, channels, height, width }: HeadSides<Length>,
): (number | Length)[] {
  const c = layout.includes("a") ? channels : anchors * channels;
  const lengths: Record<string, number | Length> = { a: anchors, c, h: height, w: width };
  return [...layout.slice(1)].map((letter) => lengths[letter]!);
}

/** Distances in the data of an output between two neighbours of one dimension. */
export interface HeadSteps {
  /** Distance from one grid row to the next. */
  readonly rowStep: number;
  /** Distance from one grid column to the next. */
  readonly columnStep: number;
  /** Distance from one anchor of a cell to the next. */
  readonly anchorStep: number;
  /** Distance from one channel to the next. */
  readonly channelStep: number;
}

/** Returns the distances between neighbouring values in the data of an output for one level. */
export function headSteps(
  layout: HeadLayout,
  { anchors, channels, height, width }: HeadSides<number>,
): HeadSteps {
  const axes = layout.includes("a") ? layout.slice(1) : layout.slice(1).replace("c", "ac");
  const lengths: Record<string, number> = { a: anchors, c: channels, h: height, w: width };
  const steps: Record<string, number> = {};
  let step = 1;
  for (const letter of [...axes].reverse()) {
    steps[letter] = step;
    step *= lengths[letter]!;
  }
  return {
    rowStep: steps["h"]!,
    columnStep: steps["w"]!,
    anchorStep: steps["a"]!,
    channelStep: steps["c"]!,
  };
}
