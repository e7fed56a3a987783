import type { Manifest } from "../manifest/manifest.ts";
import type { Detection } from "../ports/detector.ts";

/**
 * Creates a detection from one row of an array of boxes.
 *
 * @param boxes `[M, 4]` x1, y1, x2, y2 of M boxes, in source pixels.
 * @param score Confidence, 0 to 1.
 */
export function detectionAt(
  { labels }: Pick<Manifest, "labels">,
  boxes: Float64Array,
  row: number,
  classId: number,
  score: number,
): Detection {
  const at = row * 4;
  return {
    label: labels[classId] ?? `class ${classId}`,
    classId,
    score,
    box: {
      xmin: boxes[at]!,
      ymin: boxes[at + 1]!,
      xmax: boxes[at + 2]!,
      ymax: boxes[at + 3]!,
    },
  };
}
