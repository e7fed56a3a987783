import type { Detection } from "../../src/ports/detector.ts";

/** A detection with as many digits as mean something: a hundredth of a pixel. */
export function roundDetection({ label, classId, score, box }: Detection): Detection {
  const { xmin, ymin, xmax, ymax } = box;
  return {
    label,
    classId,
    score: roundTo(score, 5),
    box: {
      xmin: roundTo(xmin, 2),
      ymin: roundTo(ymin, 2),
      xmax: roundTo(xmax, 2),
      ymax: roundTo(ymax, 2),
    },
  };
}

/** A number with at most so many digits after the point. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
