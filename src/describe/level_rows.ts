import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { ProbedOutput } from "./probed_output.ts";
import { perCellOf } from "./solve_pyramid.ts";

/** Strides that the level with the smallest cells may have, in input pixels. */
const FINEST_STRIDES = [2, 4, 8, 16, 32] as const;

/**
 * Refuses a graph with two outputs `[images, rows, classes]` and `[images, rows, 4]` for each level
 * of the feature pyramid. Without this check, the finest level would be taken for all levels.
 *
 * @param size Size of the input in both test runs.
 * @throws {DomainError} `graph-mismatch`, if the numbers of rows are those of levels.
 */
export function refuseLevelRows(outputs: readonly ProbedOutput[], size: Size): void {
  const lists = outputs.map(({ runs: [{ shape }] }) => shape).filter(({ length }) => length === 3);
  const levels = [
    ...new Set(lists.filter(([, , columns]) => columns === 4).map(([, rows]) => rows)),
  ]
    .flatMap((rows = 0) => lists.filter((shape) => shape[1] === rows).length >= 2 ? [rows] : [])
    .sort((a, b) => b - a);
  const [finest, second] = levels;
  if (second === undefined) return;
  const isPyramid = FINEST_STRIDES.some((stride) => {
    const counts = levels.map((rows, i) => perCellOf([stride * 2 ** i], [{ size, rows }]));
    return counts[0] !== null && counts.every((count) => count === counts[0]);
  });
  if (!isPyramid) return;
  throw new DomainError(
    "graph-mismatch",
    `Cannot describe the graph as its heads are lists of rows per level (${levels.join(", ")} ` +
      `rows), so that the class head of ${finest} rows has one level only: export the heads of ` +
      "each level as [N, A·K, H, W], or join the rows of all levels, finest first " +
      "(torch.cat(heads, dim=1))",
  );
}
