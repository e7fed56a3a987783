import type { JoinedFacts, LevelsFacts } from "./graph_facts.ts";
import { perCellOf, type Pyramid, solvePyramids } from "./solve_pyramid.ts";

/** Properties of the anchors that the caller already knows. */
export interface AnchorWishes {
  /**
   * Stride of each level, from the smallest to the largest, in input pixels. Unset: read from the
   * graph.
   */
  readonly strides?: readonly number[] | undefined;
  /**
   * Anchor sizes of each level in input pixels. A single list is for the level with the smallest
   * stride. Unset: the sizes of the model family.
   */
  readonly sizes?: readonly (readonly number[])[] | undefined;
  /**
   * Aspect ratios of the anchors: height divided by width. Unset: the ratios of the model family.
   */
  readonly ratios?: readonly number[] | undefined;
}

/**
 * Minimum difference in the number of levels between the two largest feature pyramids that fit a
 * graph. If the difference is smaller, it is unclear which pyramid is right.
 */
const CLEAR_LEAD = 2;

/**
 * Chooses the feature pyramid of a graph: its strides and its number of anchors per cell.
 *
 * @returns Pyramid, and a note about other pyramids that also fit. The note is empty if only one
 *   pyramid fits.
 * @throws {TypeError} If no pyramid fits, if it is unclear which pyramid is right, or if the
 *   strides of the caller do not fit.
 */
export function choosePyramid(
  outputs: LevelsFacts | JoinedFacts,
  { strides, sizes, ratios }: AnchorWishes,
): { pyramid: Pyramid; note: string } {
  if (outputs.kind === "levels") {
    if (strides !== undefined && strides.join() !== outputs.strides.join()) {
      throw new TypeError(
        `Cannot take strides ${listOf(strides)} as the heads have strides ` +
          listOf(outputs.strides),
      );
    }
    return { pyramid: outputs, note: "" };
  }
  const { counts } = outputs;
  const rows = counts.map(({ size, rows }) => `${rows} rows at ${size.width}x${size.height}`)
    .join(" and ");
  if (strides !== undefined) {
    const perCell = perCellOf(strides, counts);
    if (perCell !== null) return { pyramid: { strides, perCell }, note: "" };
    throw new TypeError(
      `Cannot take strides ${listOf(strides)} as ${rows} are no multiple of their cells`,
    );
  }
  const wished = sizes?.[0] !== undefined && ratios !== undefined
    ? sizes[0].length * ratios.length
    : null;
  const solved = solvePyramids(counts);
  const fitting = solved.filter(({ perCell }) => wished === null || perCell === wished);
  const [first, second] = fitting;
  if (first === undefined && solved.length > 0) {
    throw new TypeError(
      `Cannot take ${wished} anchors per cell (each of --sizes with each of --ratios) as ${rows} ` +
        `fit ${solved.map(textOf).join(" or ")}`,
    );
  }
  if (first === undefined) {
    throw new TypeError(
      `Cannot describe the anchors as ${rows} fit no pyramid whose strides are 4, 8, 16, … and ` +
        "whose cells have equally many anchors: give --strides, --sizes and --ratios",
    );
  }
  const others = fitting.filter((each) => each !== first).map(textOf).join(" or ");
  const isUsual = first.strides.join() === "8,16,32,64,128" && first.perCell === 9;
  if (second === undefined) return { pyramid: first, note: "" };
  if (isUsual || first.strides.length - second.strides.length >= CLEAR_LEAD) {
    return { pyramid: first, note: ` (its rows also fit ${others}: --strides)` };
  }
  throw new TypeError(
    `Cannot describe the anchors as ${rows} fit ${textOf(first)}, and ${others}: ` +
      "name yours with --strides",
  );
}

/** Joins numbers with commas. */
export function listOf(numbers: readonly number[]): string {
  return numbers.map((number) => Number(number.toFixed(3))).join(", ");
}

function textOf({ strides, perCell }: Pyramid): string {
  return `strides ${listOf(strides)} with ${perCell} anchors per cell`;
}
