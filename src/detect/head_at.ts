import type { AnchorLevel } from "../core/anchors.ts";
import type { HeadView } from "./heads.ts";

/**
 * Where an anchor's first channel lies in a head.
 *
 * @param anchorIndex `(row · W + column) · A + anchor`.
 */
export function headAt(view: HeadView, anchors: AnchorLevel, anchorIndex: number): number {
  const cell = Math.floor(anchorIndex / anchors.perCell);
  const row = Math.floor(cell / anchors.grid.width);
  const column = cell - row * anchors.grid.width;
  const anchor = anchorIndex - cell * anchors.perCell;
  return view.offset + row * view.rowStep + column * view.columnStep + anchor * view.anchorStep;
}
