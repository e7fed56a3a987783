import type { GraphFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Maximum difference between 1 and the sum of an anchor's probabilities over all classes.
 *
 * The tolerance must be small. An untrained network can return 91 independent scores of 0.01, with
 * a sum of 0.91.
 */
const ROW_SUM_TOLERANCE = 1e-3;

/**
 * Maximum difference between 1 and the sum of an anchor's probabilities, for quantised graphs.
 *
 * A quantised graph rounds each probability to a multiple of 1/256. The rounding errors of all
 * classes add up.
 */
const QUANTISED_TOLERANCE = 0.3;

/** Maximum number of quantisation steps between 0 and the largest value, for values of 8 bits. */
const BYTE_STEPS = 256;

/**
 * Finds the meaning of the numbers in a class head, the output with the scores. Numbers outside 0
 * to 1 are logits. For numbers from 0 to 1, the last activation function of the graph decides. If
 * this function is unknown, the sum of the numbers of each anchor decides.
 *
 * @param head Class head. Null: the graph has no class head. If `columns` is not null, the shape of
 *   the class head is `[images, rows, columns]`.
 * @param columns Number of classes. Null: the class head belongs to one level of the feature
 *   pyramid, and the numbers of an anchor are not in one row.
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

/** Share of anchors that have no object, at least, in the test images. */
const MOST_EMPTY = 0.9;

/**
 * Finds the class of the background: the class that has the best score of nearly all anchors, and a
 * score above one half. A model without a background gives low scores to all classes there.
 *
 * @param head Class head `[images, rows, columns]`.
 * @param columns Number of classes.
 * @param kind Meaning of the numbers.
 * @returns Null if no class is the background.
 */
export function backgroundOf(
  { runs }: ProbedOutput,
  columns: number,
  kind: GraphFacts["scores"],
): number | null {
  if (columns < 2) return null;
  const half = kind === "logits" ? 0 : 0.5;
  const found = runs.map(({ data }) => {
    const wins = new Uint32Array(columns);
    for (let row = 0; row < data.length; row += columns) {
      let best = 0;
      for (let i = 1; i < columns; i++) if (data[row + i]! > data[row + best]!) best = i;
      if (data[row + best]! > half) wins[best]!++;
    }
    return wins.findIndex((count) => count * columns > MOST_EMPTY * data.length);
  });
  const [first = -1] = found;
  return first >= 0 && found.every((each) => each === first) ? first : null;
}

/** Returns true if the sum of each row of `columns` numbers is 1. */
function sumToOne(data: Float32Array, columns: number): boolean {
  const tolerance = isQuantised(data) ? QUANTISED_TOLERANCE : ROW_SUM_TOLERANCE;
  for (let row = 0; row < data.length; row += columns) {
    let sum = 0;
    for (let i = row; i < row + columns; i++) sum += data[i]!;
    if (!(Math.abs(sum - 1) < tolerance)) return false;
  }
  return true;
}

/** Returns true if all values are multiples of one step, like values that were stored in 8 bits. */
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
