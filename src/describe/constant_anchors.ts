import type { GridRule } from "../core/anchors.ts";
import type { Size } from "../core/size.ts";
import { type BaseAnchorHints, baseAnchors, type ConstantAnchors } from "./base_anchors.ts";
import { ANCHOR_FORMS, toCorners } from "./anchor_forms.ts";
import type { BoxConstant } from "./graph_hints.ts";
import { type LevelTable, ruleOfTable, tableRows } from "./level_table.ts";
import { isUnit } from "./probed_output.ts";
import type { Pyramid } from "./solve_pyramid.ts";

/**
 * Finds the anchor rule of a graph that contains its anchors as constants.
 *
 * A constant may contain all anchors, the anchors of one level, or the anchors of one cell of a
 * level (base anchors). A rule for all anchors, or for the anchors of a level, is accepted only if
 * it computes every row of the constants.
 *
 * @param size Size of the input for which all anchors are listed, in pixels.
 * @returns Null if no constants contain the anchors of all levels.
 */
export function anchorsFromConstants(
  constants: readonly BoxConstant[],
  pyramid: Pyramid,
  size: Size,
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  const { strides, perCell } = pyramid;
  const rows = strides.map((stride) => tableRows(stride, perCell, size));
  const total = rows.reduce((sum, count) => sum + count, 0);
  for (const constant of constants.filter(({ data }) => data.length === total * 4)) {
    let start = 0;
    const tables = rows.map((count) => {
      const data = constant.data.subarray(start * 4, (start + count) * 4);
      start += count;
      return [{ ...constant, data, isFraction: isFraction(constant) }];
    });
    const found = anchorsFromTables(tables, pyramid, size, hints);
    if (found !== null) return { ...found, names: [constant.name] };
  }
  const tables = rows.map((count) =>
    constants.filter(({ data }) => data.length === count * 4)
      .map((constant) => ({ ...constant, isFraction: isFraction(constant) }))
  );
  return anchorsFromTables(tables, pyramid, size, hints) ??
    anchorsFromOwnTables(constants, pyramid, hints) ??
    baseAnchors(constants, pyramid, hints);
}

function isFraction({ data }: BoxConstant): boolean {
  return isUnit({ runs: [{ data, shape: [data.length / 4, 4] }] });
}

/** Constant that may contain the anchors of one level. */
interface Candidate extends BoxConstant {
  /** True if the numbers may be fractions of the input's sides. */
  readonly isFraction: boolean;
}

/**
 * Finds one constant for each level, with the anchors of the level at the input size `size`.
 *
 * @param candidates Constants that may contain the anchors of a level, for each level.
 */
function anchorsFromTables(
  candidates: readonly (readonly Candidate[])[],
  { strides, perCell }: Pyramid,
  size: Size,
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  // Most sizes fit several rules for the distance of cells. The rule of the family comes first.
  const placements = new Set([hints.strides, "nominal", "floor-input-over-grid"] as const);
  for (const form of ANCHOR_FORMS) {
    for (const placement of placements) {
      const levels = strides.map((stride, level) => {
        for (const { name, data, isFraction } of candidates[level] ?? []) {
          const [x, y] = isFraction ? [size.width, size.height] : [1, 1];
          const corners = toCorners(data, form).map((edge, i) => edge * (i % 2 === 0 ? x : y));
          const table = ruleOfTable(corners, { stride, perCell, size, placement });
          if (table !== null) return { name, table };
        }
        return null;
      });
      const found = levels.every((each) => each !== null) ? rulesOf(levels, placement) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

/**
 * Finds one constant for each level, with the anchors of the level at an unknown input size. The
 * positions of the anchors show the number of rows and columns of the grid. The cells of such a
 * table fit every rule for the distance of cells.
 */
function anchorsFromOwnTables(
  constants: readonly BoxConstant[],
  { strides, perCell }: Pyramid,
  hints: BaseAnchorHints,
): ConstantAnchors | null {
  for (const form of ANCHOR_FORMS) {
    const tables = constants.filter(({ data }) => data.length > perCell * 4)
      .map(({ name, data }) => ({ name, corners: toCorners(data, form) }));
    const levels = strides.map((stride) => {
      for (const { name, corners } of tables) {
        const size = gridSizeOf(corners, stride, perCell);
        const place = { stride, perCell, size: size ?? { width: 0, height: 0 } } as const;
        const table = size && ruleOfTable(corners, { ...place, placement: "nominal" });
        if (table !== null) return { name, table };
      }
      return null;
    });
    const found = levels.every((each) => each !== null) ? rulesOf(levels, hints.strides) : null;
    if (found !== null) return found;
  }
  return null;
}

/**
 * Returns the size that the grid of a level covers, in input pixels. Returns null if the rows of
 * the table are not the cells of a grid, column by column.
 */
function gridSizeOf(corners: Float32Array, stride: number, perCell: number): Size | null {
  const cells = corners.length / 4 / perCell;
  if (!Number.isInteger(cells)) return null;
  let columns = 1;
  const topOf = (cell: number) => corners[cell * perCell * 4 + 1];
  while (columns < cells && topOf(columns) === topOf(0)) columns++;
  if (!Number.isInteger(cells / columns)) return null;
  return { width: columns * stride, height: cells / columns * stride };
}

/** Joins the rules of the levels. Returns null if the levels have different centres. */
function rulesOf(
  levels: readonly { readonly name: string; readonly table: LevelTable }[],
  placement: GridRule["strides"],
): ConstantAnchors | null {
  const [first] = levels;
  if (first === undefined) return null;
  const { centre } = first.table;
  if (levels.some(({ table }) => Math.abs(table.centre - centre) > 1e-3)) return null;
  return {
    names: levels.map(({ name }) => name),
    anchors: {
      kind: "shapes",
      levels: levels.map(({ table: { stride, shapes } }) => ({ stride, shapes: [...shapes] })),
      centre,
      strides: placement,
      extent: "edges",
    },
    isBase: false,
  };
}
