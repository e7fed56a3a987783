import { iou } from "./nms.ts";
import type { Size } from "./size.ts";
import type { SourceWindow } from "./source_window.ts";

/** Boxes that a model found in several views of one image. A view is a tile, or the whole image. */
export interface ViewBoxes {
  /** `[M, 4]` x1, y1, x2, y2 of M boxes, source pixels. */
  readonly boxes: Float64Array;
  /** `[M]` group of each box. Usually, each class is a group. */
  readonly groups: Int32Array;
  /** `[M]` index of the view in which each box was found. */
  readonly views: Int32Array;
}

/** Options of {@linkcode dropFragments}. */
export interface FragmentOptions {
  /** Views in the order of their indices. */
  readonly windows: readonly SourceWindow[];
  /** Size of the image in source pixels. */
  readonly source: Size;
  /** Threshold of the IoU above which two boxes count as the same object, 0 to 1. */
  readonly iou: number;
}

/**
 * Maximum distance between a box and an edge of its tile at which the edge counts as cutting the
 * box, as a fraction of the tile's side. The boxes of cut objects usually end a little before the
 * edge: with an input of 320 pixels, 1% is 3 pixels.
 */
const EDGE = 0.01;

/**
 * Minimum length by which another box must extend beyond the edge that cuts a box, as a fraction of
 * the length of the cut box. A box that ends at the same place does not show more of the object.
 */
const MIN_MORE = 0.1;

/**
 * Drops boxes of objects that an inner edge of a tile cuts, if another view shows more of the
 * object. The scores do not matter: the box of a part often has a better score.
 *
 * A cut box is compared with the part of the other box inside the tile. If the IoU of the two
 * exceeds the threshold, and the other box extends beyond the edge, both boxes belong to the same
 * object. Of two cut boxes, the larger one shows more of the object.
 *
 * An edge of a tile that is also an edge of the image cuts no box, because no view shows more.
 *
 * @returns Rows of the boxes that stay, in ascending order.
 *
 * @example
 * ```ts
 * import { dropFragments } from "./drop_fragments.ts";
 *
 * const windows = [
 *   { left: 0, top: 0, width: 60, height: 100 },
 *   { left: 40, top: 0, width: 60, height: 100 },
 * ];
 * const found = {
 *   // The first tile shows the left part of the object, the second tile shows all of it.
 *   boxes: Float64Array.of(45, 10, 60, 50, 45, 10, 90, 50),
 *   groups: Int32Array.of(0, 0),
 *   views: Int32Array.of(0, 1),
 * };
 * const rows = dropFragments(found, { windows, source: { width: 100, height: 100 }, iou: 0.5 });
 * if (rows.join() !== "1") throw new Error(rows.join());
 * ```
 */
export function dropFragments(found: ViewBoxes, options: FragmentOptions): number[] {
  const { groups, views, boxes } = found;
  const all = [...groups.keys()];
  const cuts = all.map((row) => cutEdges(found, row, options));
  const isFragment = cuts.map((edges) => edges.includes(true));
  const fragments = all.filter((row) => isFragment[row]);
  fragments.sort((a, b) => area(boxes, b) - area(boxes, a));
  const kept = all.filter((row) => !isFragment[row]);
  for (const row of fragments) {
    const isSeenBetter = kept.some((other) =>
      groups[other] === groups[row] && views[other] !== views[row] &&
      showsMore(boxes, row, other, cuts[row]!) &&
      isSameObject(found, row, other, isFragment[other] === true, options)
    );
    if (!isSeenBetter) kept.push(row);
  }
  return kept.sort((a, b) => a - b);
}

/** Returns which edges of a box are cut: left, top, right and bottom. */
function cutEdges(
  { boxes, views }: ViewBoxes,
  row: number,
  { windows, source }: FragmentOptions,
): boolean[] {
  const { left, top, width, height } = windows[views[row]!]!;
  const [xmin, ymin, xmax, ymax] = boxes.subarray(row * 4, row * 4 + 4);
  const [x, y] = [EDGE * width, EDGE * height];
  return [
    left > 0 && xmin! <= left + x,
    top > 0 && ymin! <= top + y,
    left + width < source.width && xmax! >= left + width - x,
    top + height < source.height && ymax! >= top + height - y,
  ];
}

/** Returns true if a box extends beyond one of the edges that cut a fragment. */
function showsMore(
  boxes: Float64Array,
  fragment: number,
  other: number,
  cuts: readonly boolean[],
): boolean {
  const [a, b] = [fragment * 4, other * 4];
  return cuts.some((isCut, edge) => {
    const outward = edge < 2 ? -1 : 1;
    const length = boxes[a + edge % 2 + 2]! - boxes[a + edge % 2]!;
    return isCut && outward * (boxes[b + edge]! - boxes[a + edge]!) > MIN_MORE * length;
  });
}

/**
 * Returns true if the visible parts of two boxes overlap more than the threshold. Only the part of
 * the image that both views show is compared. A box that no edge cuts limits the other box only by
 * the tile of the fragment.
 *
 * @param isCutToo True if the other box is a fragment, too.
 */
function isSameObject(
  { boxes, views }: ViewBoxes,
  fragment: number,
  other: number,
  isCutToo: boolean,
  { windows, iou: threshold }: FragmentOptions,
): boolean {
  const pair = new Float64Array(8);
  pair.set(boxes.subarray(fragment * 4, fragment * 4 + 4));
  pair.set(boxes.subarray(other * 4, other * 4 + 4), 4);
  crop(pair, 4, windows[views[fragment]!]!);
  if (isCutToo) crop(pair, 0, windows[views[other]!]!);
  return area(pair, 0) > 0 && area(pair, 1) > 0 && iou(pair, 0, 1) > threshold;
}

function crop(boxes: Float64Array, at: number, { left, top, width, height }: SourceWindow): void {
  boxes[at] = Math.max(boxes[at]!, left);
  boxes[at + 1] = Math.max(boxes[at + 1]!, top);
  boxes[at + 2] = Math.min(boxes[at + 2]!, left + width);
  boxes[at + 3] = Math.min(boxes[at + 3]!, top + height);
}

/** Returns the area of a box, or 0 if its edges are swapped. */
function area(boxes: Float64Array, row: number): number {
  const at = row * 4;
  return Math.max(0, boxes[at + 2]! - boxes[at]!) * Math.max(0, boxes[at + 3]! - boxes[at + 1]!);
}
