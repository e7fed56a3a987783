/**
 * Intersection over union of two boxes of a flat `[M, 4]` xyxy array.
 *
 * Two boxes without area give NaN, which is above no threshold, as in the reference frameworks.
 *
 * @param boxes `[M, 4]` xyxy, any one space.
 * @param a Row of the first box.
 * @param b Row of the second box.
 * @param last What a side is longer than x2 − x1: 1 where boxes end at their last pixel.
 */
export function iou(boxes: Float64Array, a: number, b: number, last = 0): number {
  const i = a * 4;
  const j = b * 4;
  const width = Math.min(boxes[i + 2], boxes[j + 2]) - Math.max(boxes[i], boxes[j]) + last;
  const height = Math.min(boxes[i + 3], boxes[j + 3]) - Math.max(boxes[i + 1], boxes[j + 1]) + last;
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (area(boxes, i, last) + area(boxes, j, last) - shared);
}

function area(boxes: Float64Array, offset: number, last: number): number {
  return (boxes[offset + 2] - boxes[offset] + last) *
    (boxes[offset + 3] - boxes[offset + 1] + last);
}
