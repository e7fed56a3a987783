import type { AnchorLevel } from "../core/anchors.ts";

/**
 * View of one level's head in an output tensor, without a copy. The view works for every memory
 * layout.
 *
 * The value for a grid row, grid column, anchor of the cell, and channel is `data[offset + row ·
 * rowStep + column · columnStep + anchor · anchorStep + channel · channelStep]`.
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
  /** Number of channels: the number of classes, or 4 for the deltas. */
  readonly channels: number;
}

/** Tensor of a joined head, or of both heads together. */
export interface Table {
  /** Values in row-major order. */
  readonly data: Float32Array;
  /** Number of rows, one per anchor. */
  readonly rows: number;
  /** Number of columns: classes, 4 deltas, or both. */
  readonly columns: number;
}

/**
 * Creates a view of some columns of a table `[rows, columns]`, from the first row of a level on.
 *
 * @param first Index of the first column.
 * @param channels Number of columns.
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

/** Does the same as {@linkcode rowsFirst} for a table `[columns, rows]`. */
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
