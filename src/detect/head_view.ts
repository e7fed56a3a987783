import type { AnchorLevel } from "../core/anchors.ts";

/**
 * View of the values of one level in an output tensor, without a copy. The view works for every
 * memory layout.
 *
 * The index of a value in `data` is `offset`, plus `row * rowStep`, plus `column * columnStep`,
 * plus `anchor * anchorStep`, plus `channel * channelStep`. `anchor` is the number of the anchor in
 * its grid cell.
 */
export interface HeadView {
  /** Data of the whole output tensor. */
  readonly data: Float32Array;
  /** Index in `data` of the first value of this level. */
  readonly offset: number;
  /** Distance in `data` from one grid row to the next. */
  readonly rowStep: number;
  /** Distance in `data` from one grid column to the next. */
  readonly columnStep: number;
  /** Distance in `data` from one anchor of a cell to the next. */
  readonly anchorStep: number;
  /** Distance in `data` from one channel to the next. */
  readonly channelStep: number;
  /** Number of channels: the number of classes, or 4 for an output with boxes. */
  readonly channels: number;
}

/** Output tensor with one row per anchor, for the anchors of all levels. */
export interface Table {
  /** Values of the tensor in row-major order. */
  readonly data: Float32Array;
  /** Number of rows, one per anchor. */
  readonly rows: number;
  /** Number of columns: one per class, four for a box, or the sum of both. */
  readonly columns: number;
}

/**
 * Creates a view of some columns of a table `[rows, columns]`, for the rows of one level.
 *
 * @param row Index of the first row of the level.
 * @param first Index of the first column of the view.
 * @param channels Number of columns of the view.
 */
export function rowsFirst(
  { data, columns }: Pick<Table, "data" | "columns">,
  anchors: AnchorLevel,
  row: number,
  first: number,
  channels: number,
): HeadView {
  const columnStep = anchors.perCell * columns;
  return {
    data,
    offset: row * columns + first,
    rowStep: anchors.grid.width * columnStep,
    columnStep,
    anchorStep: columns,
    channelStep: 1,
    channels,
  };
}

/**
 * Creates a view of some columns of a table `[columns, rows]`, for the rows of one level. The
 * parameters are those of `rowsFirst()`.
 */
export function rowsLast(
  { data, rows }: Table,
  anchors: AnchorLevel,
  row: number,
  first: number,
  channels: number,
): HeadView {
  const columnStep = anchors.perCell;
  return {
    data,
    offset: first * rows + row,
    rowStep: anchors.grid.width * columnStep,
    columnStep,
    anchorStep: 1,
    channelStep: rows,
    channels,
  };
}
