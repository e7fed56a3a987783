import { DomainError } from "../core/domain_error.ts";
import type { GraphHints } from "./graph_hints.ts";
import { BOX_NAMES, CLASS_NAMES, orderedShare, type ProbedOutput } from "./probed_output.ts";

/**
 * Kind of fact that shows which of two outputs contains the scores: their shapes, the names of the
 * outputs, the names of their weights, their values, or their numbers of channels.
 */
export type HeadEvidence = "shapes" | "names" | "weights" | "values" | "channels";

/** Properties of the heads that the caller already knows. */
export interface HeadWishes {
  /** Names of class heads (outputs with scores). Empty if unknown. */
  readonly scores: readonly string[];
  /** Order of the dimensions of heads per level. Unset: the shapes of the outputs decide. */
  readonly layout?: string | undefined;
}

/** Wishes of a caller that knows nothing about the heads. */
export const NO_WISHES: HeadWishes = { scores: [] };

/** Class heads (outputs with scores) and box heads (outputs for boxes) of the same levels. */
export interface HeadPair<Head> {
  /** Class heads. */
  readonly scores: Head;
  /** Box heads. */
  readonly deltas: Head;
  /** Kind of fact that shows which outputs are class heads. */
  readonly evidence: HeadEvidence;
}

/**
 * Share of rows that must look like boxes: x1 ≤ x2 and y1 ≤ y2. If the share is smaller, the output
 * has no boxes.
 */
const MOST = 0.95;

/**
 * Maximum absolute value of the mean of deltas. Deltas are the differences between boxes and
 * anchors.
 *
 * The mean of deltas is near 0. In contrast, the mean of the logits in an output with scores is
 * near ln(0.01 / 0.99) = -4.6 (RetinaNet paper, section 4.1).
 */
const MAX_DELTA_MEAN = 1;

/**
 * Minimum difference between the mean of the deltas (in an output for boxes) and the mean of the
 * logits (in an output with scores).
 */
const MIN_DISTANCE = 1.5;

/**
 * Decides which outputs are class heads (scores) and which are box heads. Compares the names of the
 * outputs, the names of their weights, and their values.
 *
 * @param first First group of outputs. One group contains the class heads, the other group contains
 *   the box heads.
 * @param second Second group of outputs.
 * @param wanted Names of class heads that the caller gave. Unset: the caller gave no names.
 * @returns Null if nothing shows which outputs are class heads.
 */
export function tellHeads<Head extends readonly ProbedOutput[]>(
  first: Head,
  second: Head,
  hints: GraphHints,
  wanted: readonly string[] = [],
): HeadPair<Head> | null {
  const pair = (isFirst: boolean, evidence: HeadEvidence): HeadPair<Head> => {
    const [scores, deltas] = isFirst ? [first, second] : [second, first];
    return { scores, deltas, evidence };
  };
  const isWanted = (head: Head) => head.some(({ name }) => wanted.includes(name));
  if (isWanted(first) !== isWanted(second)) return pair(isWanted(first), "names");
  const outputNames = (head: Head) => head.map(({ name }) => name);
  const byName = tellByNames(outputNames(first), outputNames(second));
  if (byName !== null) return pair(byName, "names");
  const weightNames = (head: Head) =>
    head.flatMap(({ name }) => hints.outputs[name]?.weights ?? []);
  const [own, other] = [weightNames(first), weightNames(second)];
  const byWeights = tellByNames(own.map(lastWords), other.map(lastWords)) ??
    tellByNames(own, other);
  if (byWeights !== null) return pair(byWeights, "weights");
  const byValues = tellByValues(first, second);
  return byValues === null ? null : pair(byValues, "values");
}

/** Output with the scores, chosen from outputs of the same form. */
export interface ChosenScores {
  /** Output that is taken for the scores. */
  readonly scores: ProbedOutput;
  /** Another output that could hold the scores. Undefined: a name tells, or there is no other. */
  readonly rival: ProbedOutput | undefined;
}

/**
 * Chooses the output with the scores: the one that the caller named, else the first with a usual
 * name, else the first.
 *
 * @param usual Pattern of usual names.
 * @returns Null if there are no candidates.
 */
export function chooseScores(
  candidates: readonly ProbedOutput[],
  wanted: readonly string[],
  usual: RegExp,
): ChosenScores | null {
  const named = candidates.find(({ name }) => wanted.includes(name)) ??
    candidates.find(({ name }) => usual.test(name));
  const [first, second] = candidates;
  if (named !== undefined) return { scores: named, rival: undefined };
  return first === undefined ? null : { scores: first, rival: second };
}

/**
 * Refuses a graph in which nothing shows which of two outputs contains the scores.
 *
 * @throws {DomainError} `graph-mismatch`, always.
 */
export function refuseAlike(first: ProbedOutput, second: ProbedOutput): never {
  throw new DomainError(
    "graph-mismatch",
    `Cannot tell which of the outputs "${first.name}" and "${second.name}" holds the scores, as ` +
      "neither names nor values tell: name it with --set outputs.scores=NAME",
  );
}

/**
 * Returns the last three parts of the name of a weight. These parts name the layer of the weight
 * and the module around the layer.
 */
function lastWords(name: string): string {
  return name.split(/[./]/).slice(-3).join(".");
}

/**
 * Returns true if `first` are names of class heads (outputs with scores), and false if `second` are
 * names of class heads. Null: the names do not show which outputs are class heads.
 */
function tellByNames(first: readonly string[], second: readonly string[]): boolean | null {
  const isBox = (names: readonly string[]) =>
    names.some((name) => BOX_NAMES.test(name) && !CLASS_NAMES.test(name));
  if (isBox(first) !== isBox(second)) return isBox(second);
  const isClass = (names: readonly string[]) =>
    names.some((name) => CLASS_NAMES.test(name) && !BOX_NAMES.test(name));
  return isClass(first) === isClass(second) ? null : isClass(first);
}

/**
 * Returns true if the values show that `first` are class heads (outputs with scores), and false if
 * the values show that `second` are class heads. Null: the values do not show which outputs are
 * class heads.
 */
function tellByValues(
  first: readonly ProbedOutput[],
  second: readonly ProbedOutput[],
): boolean | null {
  const tests: ((head: readonly ProbedOutput[]) => boolean)[] = [holdsOrdered, isOutsideUnit];
  for (const isBox of tests) {
    if (isBox(first) !== isBox(second)) return isBox(second);
  }
  const means = [meanOf(first), meanOf(second)] as const;
  const isLogits = (logits: number, deltas: number) =>
    Math.abs(deltas) < MAX_DELTA_MEAN && logits < deltas - MIN_DISTANCE;
  if (isLogits(...means)) return true;
  return isLogits(means[1], means[0]) ? false : null;
}

/** Returns true if the outputs have rows of four numbers that look like boxes. */
function holdsOrdered(head: readonly ProbedOutput[]): boolean {
  return head.every(({ runs }) =>
    runs.every((run) => run.shape.at(-1) === 4 && orderedShare(run) > MOST)
  );
}

/** Returns true if some values lie outside 0 to 1, so the outputs are not probabilities. */
function isOutsideUnit(head: readonly ProbedOutput[]): boolean {
  return head.some(({ runs }) =>
    runs.some(({ data }) => data.some((value) => !(value >= 0 && value <= 1)))
  );
}

function meanOf(head: readonly ProbedOutput[]): number {
  const runs = head.flatMap(({ runs }) => runs);
  const count = runs.reduce((total, { data }) => total + data.length, 0);
  const sum = runs.reduce((total, { data }) => {
    return total + data.reduce((part, value) => part + value, 0);
  }, 0);
  return sum / count;
}
