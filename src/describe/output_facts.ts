import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { FinishedFacts, GraphFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import { chooseScores, type ChosenScores, type HeadWishes, refuseAlike } from "./which_head.ts";
import { joinedFacts } from "./joined_facts.ts";
import { refuseLevelRows } from "./level_rows.ts";
import { levelsFacts } from "./levels_facts.ts";
import { packedFacts, placeOf } from "./packed_facts.ts";
import { BOX_NAMES, CLASS_NAMES, classIdsOf, type ProbedOutput } from "./probed_output.ts";

/** Facts about the outputs of a graph, and its class head (output with the scores). */
export interface FoundOutputs {
  /** Meaning of the outputs. */
  readonly facts: GraphFacts["outputs"];
  /**
   * Class head (output with the scores). If each level of the feature pyramid has a class head,
   * this is the class head of the level with the smallest cells. Null: the graph applies NMS
   * itself.
   */
  readonly classHead: ProbedOutput | null;
}

/**
 * Finds the meaning of each output of a graph by its shape. If the shape allows several meanings,
 * names and values decide.
 *
 * @param size Size of the input in both test runs.
 * @throws {DomainError} `graph-mismatch`, if the outputs are neither scores and boxes of anchors,
 *   nor detections.
 */
export function outputFacts(
  outputs: readonly ProbedOutput[],
  size: Size,
  hints: GraphHints,
  wishes: HeadWishes,
): FoundOutputs {
  const levels = levelsFacts(outputs, size, hints, wishes);
  if (levels !== null) {
    const classHead = outputs.find(({ name }) => name === levels.scores[0]) ?? null;
    return { facts: levels, classHead };
  }
  refuseLevelRows(outputs, size);
  const finished = finishedFacts(outputs, size, wishes.scores);
  const joined = finished !== null && isSurelyFinished(outputs, finished.facts)
    ? null
    : joinedFacts(outputs, size, hints, wishes.scores);
  if (joined !== null) return joined;
  if (finished !== null) {
    const { facts, scores, rival } = finished;
    if (rival !== undefined) refuseAlike(scores, rival);
    refuseAnchorRows(outputs, facts);
  }
  const facts = finished?.facts ?? packedFacts(outputs, size);
  if (facts !== null) return { facts, classHead: null };
  // Further outputs, such as the features of the backbone, have no names of heads.
  const named = outputs.filter(({ name }) => CLASS_NAMES.test(name) || BOX_NAMES.test(name));
  if (named.length >= 2 && named.length < outputs.length) {
    return outputFacts(named, size, hints, wishes);
  }
  const found = outputs.map(({ name, type, runs: [run] }) => {
    return `"${name}" ${type} [${run.shape.join(", ")}]`;
  });
  throw new DomainError(
    "graph-mismatch",
    "Cannot describe the graph as its outputs are neither heads per level, nor one pair of heads, " +
      `nor boxes with scores and labels: ${found.join(", ")}. Export scores and boxes of all ` +
      "anchors, with a batch dimension",
  );
}

/** Facts about a graph that applies NMS, and the evidence for its scores. */
interface Finished extends ChosenScores {
  readonly facts: FinishedFacts;
}

/**
 * Recognises the outputs of a graph that applies NMS itself: boxes `[M, 4]`, scores `[M]` and class
 * ids `[M]` of M detections.
 *
 * Each of the shapes may begin with a batch dimension.
 *
 * @returns Null if the outputs have other shapes.
 */
function finishedFacts(
  outputs: readonly ProbedOutput[],
  size: Size,
  wanted: readonly string[],
): Finished | null {
  const boxes = outputs.find(({ runs: [{ shape }] }) => shape.length >= 2 && shape.at(-1) === 4);
  if (boxes === undefined) return null;
  const rank = boxes.runs[0].shape.length;
  const lists = outputs.filter(({ name, runs: [{ shape }] }) => {
    return shape.length === rank - 1 && !COUNT_NAMES.test(name);
  });
  const isInteger = ({ type }: ProbedOutput) => type.startsWith("int");
  const integers = lists.filter(isInteger);
  const labels = integers.find(isLabels) ?? integers[0] ?? lists.find(isLabels);
  const floats = lists.filter((output) => output !== labels && !isInteger(output));
  const chosen = chooseScores(floats, wanted, SCORE_NAMES);
  if (labels === undefined || chosen === null) return null;
  const facts: FinishedFacts = {
    kind: "finished",
    boxes: boxes.name,
    scores: chosen.scores.name,
    labels: labels.name,
    count: outputs.find(({ name }) => COUNT_NAMES.test(name))?.name ?? null,
    batched: rank === 3,
    ...placeOf(boxes.runs, size),
    classIds: classIdsOf(labels),
  };
  return { ...chosen, facts };
}

/** Returns true if an output has a usual name of class ids. */
function isLabels({ name }: Pick<ProbedOutput, "name">): boolean {
  return /label|class|categor/i.test(name) && !SCORE_NAMES.test(name);
}

/** Pattern for usual names of the scores of detections. */
const SCORE_NAMES = /score|conf|prob/i;

/**
 * Returns true if boxes, scores and labels all have usual names of detections, and are as few as
 * detections. Then another output with columns of classes, such as `detection_multiclass_scores`,
 * makes no pair of heads.
 */
function isSurelyFinished(outputs: readonly ProbedOutput[], facts: FinishedFacts): boolean {
  const { boxes, scores, labels } = facts;
  return /box/i.test(boxes) && scores !== null && SCORE_NAMES.test(scores) &&
    labels !== null && isLabels({ name: labels }) && rowsOf(outputs, facts) <= MOST_DETECTIONS;
}

/** Maximum detections of a graph that applies NMS, as the frameworks set it by default. */
const MOST_DETECTIONS = 1000;

/** Minimum rows of boxes that are the anchors of an image of the test runs, not detections. */
const LEAST_ANCHORS = 5000;

/** Returns the number of boxes in the first test run. */
function rowsOf(outputs: readonly ProbedOutput[], { boxes }: FinishedFacts): number {
  return outputs.find(({ name }) => name === boxes)?.runs[0].shape.at(-2) ?? 0;
}

/**
 * Refuses boxes with one score and one label for each anchor: without NMS, an object has many.
 *
 * @throws {DomainError} `graph-mismatch`.
 */
function refuseAnchorRows(outputs: readonly ProbedOutput[], facts: FinishedFacts): void {
  const rows = rowsOf(outputs, facts);
  if (rows < LEAST_ANCHORS) return;
  throw new DomainError(
    "graph-mismatch",
    `Cannot describe the graph as "${facts.boxes}" has ${rows} rows, one for each anchor, beside ` +
      `one score and one label each: detections after NMS have at most ${LEAST_ANCHORS}. Export ` +
      "the scores of all classes, [1, rows, classes], or the detections after NMS",
  );
}

/** Pattern for the name of the output that contains the number of detections. */
const COUNT_NAMES = /num|count|valid/i;
