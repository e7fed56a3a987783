/** Detection to compare with a golden (recorded, known to be right) detection. */
export interface ComparedDetection {
  /** Class id. */
  readonly classId: number;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Left, top, right and bottom edge, source pixels. */
  readonly box: readonly [number, number, number, number];
}

/** Largest differences between two detections that still count as equal. */
export interface GoldenTolerance {
  /** Largest difference of the scores. */
  readonly score: number;
  /** Largest difference of each box edge, source pixels. */
  readonly box: number;
}

/**
 * Compares detections with golden detections (recorded, known to be right).
 *
 * Each detection matches at most one golden detection. The order of the detections does not matter,
 * because detections with nearly equal scores may swap places.
 *
 * @returns One line for each golden detection that was not found, and one line for each detection
 *   that matches no golden detection. Empty if both lists agree.
 *
 * @example
 * ```ts
 * import { goldenDifferences } from "./golden_differences.ts";
 *
 * const golden = [{ classId: 3, score: 0.9, box: [0, 0, 10, 10] }] as const;
 * const found = [{ classId: 3, score: 0.9, box: [0, 0, 10, 11] }] as const;
 * const differences = goldenDifferences(found, golden, { score: 1e-4, box: 0.05 });
 * // One detection is missing, and one is surplus.
 * if (differences.length !== 2) throw new Error(differences.join());
 * ```
 */
export function goldenDifferences(
  found: readonly ComparedDetection[],
  golden: readonly ComparedDetection[],
  tolerance: GoldenTolerance,
): string[] {
  const rest = new Set(found);
  const missing = golden.filter((expected) => {
    const match = [...rest].find((detection) => isEqual(detection, expected, tolerance));
    return match === undefined || !rest.delete(match);
  });
  return [
    ...missing.map((expected) => `missing: ${textOf(expected)}`),
    ...[...rest].map((surplus) => `too many: ${textOf(surplus)}`),
  ];
}

function isEqual(a: ComparedDetection, b: ComparedDetection, tolerance: GoldenTolerance): boolean {
  return a.classId === b.classId &&
    Math.abs(a.score - b.score) <= tolerance.score &&
    a.box.every((edge, i) => Math.abs(edge - b.box[i]!) <= tolerance.box);
}

function textOf({ classId, score, box }: ComparedDetection): string {
  return `class ${classId}, score ${score.toFixed(5)}, box ${
    box.map((edge) => edge.toFixed(3)).join(" ")
  }`;
}
