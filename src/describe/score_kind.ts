import type { GraphFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Maximum difference from 1 that the sum of probabilities over the classes of an anchor may have.
 *
 * The tolerance must be small: 91 independent scores of 0.01, as an untrained network returns, have
 * a sum of 0.91.
 */
const ROW_SUM_TOLERANCE = 1e-3;

/**
 * The same maximum difference, for quantised graphs.
 *
 * Such graphs round each probability to a multiple of 1/256. For 81 classes, 81 rounding errors add
 * up.
 */
const QUANTISED_TOLERANCE = 0.3;

/** Maximum number of steps from 0 to the largest value of an 8-bit number. */
const BYTE_STEPS = 256;

/**
 * Finds the meaning of the numbers in a class head. The last operation of the graph decides. If it
 * is unknown, the numbers decide.
 *
 * @param head Class head, `[N, R, K]` if `columns` is not null. Null: the graph has no class head.
 * @param columns Number of classes K. Null: the head belongs to one level, and the numbers of an
 *   anchor are not in one row.
 */
export function scoreKind(
  head: ProbedOutput | null,
  columns: number | null,
  hints: GraphHints,
): Pick<GraphFacts, "scores" | "scoresProven"> {
  if (head === null) return { scores: null, scoresProven: true };
  const { runs } = head;
  const isUnit = runs.every(({ data }) => data.every((value) => value >= 0 && value <= 1));
  if (!isUnit) return { scores: "logits", scoresProven: true };
  const activation = hints.outputs[head.name]?.activation ?? null;
  if (activation === "softmax") return { scores: "distribution", scoresProven: true };
  if (activation === "sigmoid") return { scores: "probabilities", scoresProven: true };
  const isDistribution = columns !== null && columns > 1 &&
    runs.every(({ data }) => sumToOne(data, columns));
  return { scores: isDistribution ? "distribution" : "probabilities", scoresProven: false };
}

/** Returns true if the sum of each row of K columns is 1. */
function sumToOne(data: Float32Array, columns: number): boolean {
  const tolerance = isQuantised(data) ? QUANTISED_TOLERANCE : ROW_SUM_TOLERANCE;
  for (let row = 0; row < data.length; row += columns) {
    let sum = 0;
    for (let i = row; i < row + columns; i++) sum += data[i]!;
    if (!(Math.abs(sum - 1) < tolerance)) return false;
  }
  return true;
}

/** Returns true if all values are multiples of one step, as those of an 8-bit number are. */
function isQuantised(data: Float32Array): boolean {
  const values = [...new Set(data)].sort((a, b) => a - b);
  if (values.length > BYTE_STEPS + 1) return false;
  const gaps = values.map((value, i) => value - (values[i - 1] ?? 0)).filter((gap) => gap > 0);
  const step = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
  return values.every((value) => {
    const steps = value / step;
    return steps <= BYTE_STEPS + 0.5 && Math.abs(steps - Math.round(steps)) < 0.02;
  });
}
