/** A detection to compare: class, score, and edges in pixels of the source. */
export interface ComparedDetection {
  /** Class id. */
  readonly classId: number;
  /** 0 to 1. */
  readonly score: number;
  /** xyxy. */
  readonly box: readonly [number, number, number, number];
}

/** How far apart two equal detections may be. */
export interface GoldenTolerance {
  /** Of scores. */
  readonly score: number;
  /** Of each edge, in source pixels. */
  readonly box: number;
}

/**
 * What tells an answer from a golden one, line by line; nothing if they are equal.
 *
 * Each detection stands for one golden detection only; the order of nearly equal scores is free.
 *
 * @example
 * ```ts
 * import { goldenDifferences } from "./golden_differences.ts";
 *
 * const golden = [{ classId: 3, score: 0.9, box: [0, 0, 10, 10] }] as const;
 * const found = [{ classId: 3, score: 0.9, box: [0, 0, 10, 11] }] as const;
 * const differences = goldenDifferences(found, golden, { score: 1e-4, box: 0.05 });
 * if (differences.length !== 2) throw new Error("one is missing, and one too many");
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
    a.box.every((edge, i) => Math.abs(edge - b.box[i]) <= tolerance.box);
}

function textOf({ classId, score, box }: ComparedDetection): string {
  return `class ${classId}, score ${score.toFixed(5)}, box ${
    box.map((edge) => edge.toFixed(3)).join(" ")
  }`;
}
