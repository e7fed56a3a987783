import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { FinishedFacts, GraphFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import type { HeadWishes } from "./which_head.ts";
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
  const joined = joinedFacts(outputs, size, hints, wishes.scores);
  if (joined !== null) return joined;
  const facts = finishedFacts(outputs, size) ?? packedFacts(outputs, size);
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

/**
 * Recognises the outputs of a graph that applies NMS itself: boxes `[M, 4]`, scores `[M]` and class
 * ids `[M]` of M detections.
 *
 * Each of the shapes may begin with a batch dimension.
 *
 * @returns Null if the outputs have other shapes.
 */
function finishedFacts(outputs: readonly ProbedOutput[], size: Size): FinishedFacts | null {
  const boxes = outputs.find(({ runs: [{ shape }] }) => shape.length >= 2 && shape.at(-1) === 4);
  if (boxes === undefined) return null;
  const rank = boxes.runs[0].shape.length;
  const lists = outputs.filter(({ name, runs: [{ shape }] }) => {
    return shape.length === rank - 1 && !COUNT_NAMES.test(name);
  });
  const isInteger = ({ type }: ProbedOutput) => type.startsWith("int");
  const labels = lists.find(isInteger) ?? lists.find(({ name }) => /label|class/i.test(name));
  const scores = lists.find((output) => output !== labels && !isInteger(output));
  if (labels === undefined || scores === undefined) return null;
  return {
    kind: "finished",
    boxes: boxes.name,
    scores: scores.name,
    labels: labels.name,
    count: outputs.find(({ name }) => COUNT_NAMES.test(name))?.name ?? null,
    batched: rank === 3,
    ...placeOf(boxes.runs, size),
    classIds: classIdsOf(labels),
  };
}

/** Pattern for the name of the output that contains the number of detections. */
const COUNT_NAMES = /num|count|valid/i;
