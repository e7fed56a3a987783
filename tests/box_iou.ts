import type { DetectionBox } from "../src/ports/detector.ts";

/** Computes the IoU of two boxes, to compare a detection with the truth. */
export function boxIou(a: DetectionBox, b: DetectionBox): number {
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  const shared = Math.max(0, width) * Math.max(0, height);
  const area = (box: DetectionBox) => (box.xmax - box.xmin) * (box.ymax - box.ymin);
  return shared / (area(a) + area(b) - shared);
}
