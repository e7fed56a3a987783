import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";
import type { FinishedFacts, GraphFacts, JoinedFacts } from "./graph_facts.ts";
import { levelsFacts } from "./levels_facts.ts";
import { holdsCentredBoxes } from "./centred_boxes.ts";
import { packedFacts } from "./packed_facts.ts";
import { BOX_NAMES, CLASS_NAMES, classIdsOf, isUnit, type ProbedOutput } from "./probed_output.ts";

/**
 * Finds the meaning of each output of a graph by its shape. If the shape allows several meanings,
 * the name of the output decides.
 *
 * @param size Size of the input in both test runs.
 * @throws {DomainError} `graph-mismatch`, if the outputs are neither heads nor detections.
 */
export function outputFacts(outputs: readonly ProbedOutput[], size: Size): GraphFacts["outputs"] {
  const facts = levelsFacts(outputs, size) ?? joinedFacts(outputs, size) ??
    finishedFacts(outputs) ??
    packedFacts(outputs);
  if (facts !== null) return facts;
  const found = outputs.map(({ name, type, runs: [run] }) => {
    return `"${name}" ${type} [${run.shape.join(", ")}]`;
  });
  throw new DomainError(
    "graph-mismatch",
    "Cannot describe the graph as its outputs are neither heads per level, nor one pair of heads, " +
      `nor boxes with scores and labels: ${found.join(", ")}`,
  );
}

/**
 * Recognises one class head and one box head for all levels of the feature pyramid together, and
 * optionally an output with the anchors. Their shapes are `[N, R, K]` and `[N, R, 4]`:
 *
 * N images, R rows (one per anchor), K classes.
 *
 * @returns Null if the outputs have other shapes.
 */
function joinedFacts(outputs: readonly ProbedOutput[], size: Size): JoinedFacts | null {
  const scores = outputs.find(isJoinedClassHead);
  const [, rows, classes] = scores?.runs[0].shape ?? [];
  if (scores === undefined || rows === undefined || classes === undefined) return null;
  const fours = outputs.filter((output) => {
    const { shape } = output.runs[0];
    return output !== scores && shape.at(-1) === 4 && shape.at(-2) === rows;
  });
  const anchors = fours.length === 2 ? fours.find(isConstant) : undefined;
  const deltas = fours.find((output) => output !== anchors);
  if (deltas === undefined) return null;
  const isCentred = anchors === undefined && !holdsBoxes(deltas) &&
    holdsCentredBoxes(deltas, isUnit(deltas) ? { width: 1, height: 1 } : size);
  return {
    kind: "joined",
    scores: scores.name,
    deltas: deltas.name,
    anchors: anchors?.name ?? null,
    space: isUnit(anchors ?? deltas) ? "unit" : "input",
    decoded: anchors === undefined && (holdsBoxes(deltas) || isCentred),
    form: isCentred ? "cxcywh" : "xyxy",
    perCell: perCellOf(rows, size),
    classes,
  };
}

/**
 * Returns true for a class head for all levels: three dimensions (images, rows, classes), with more
 * than one row.
 *
 * Four columns may be classes or deltas. Then the name of the output decides.
 */
function isJoinedClassHead({ name, runs: [{ shape }] }: ProbedOutput): boolean {
  const [, rows = 0, columns] = shape;
  return shape.length === 3 && rows > 1 &&
    (columns !== 4 || (CLASS_NAMES.test(name) && !BOX_NAMES.test(name)));
}

/**
 * Recognises the outputs of a graph that applies NMS itself: boxes `[M, 4]`, scores `[M]` and class
 * ids `[M]` of M detections.
 *
 * All outputs may have a batch dimension in front.
 *
 * @returns Null if the outputs have other shapes.
 */
function finishedFacts(outputs: readonly ProbedOutput[]): FinishedFacts | null {
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
    space: isUnit(boxes) ? "unit" : "input",
    classIds: classIdsOf(labels),
  };
}

/** Pattern of the names that exporters give to the output with the number of valid rows. */
const COUNT_NAMES = /num|count|valid/i;

/**
 * Returns true if an output was the same in both test runs. This shows that it contains anchors,
 * because they do not depend on the pixels.
 */
function isConstant({ runs: [even, noise] }: ProbedOutput): boolean {
  return even.data.every((value, i) => value === noise.data[i]);
}

/**
 * Returns true if an output contains boxes instead of deltas.
 *
 * Nearly all boxes have x1 ≤ x2 and y1 ≤ y2. Deltas do so only by chance.
 */
function holdsBoxes({ runs }: ProbedOutput): boolean {
  return runs.every((run) => orderedShare(run) > 0.95);
}

/** Returns the share (0 to 1) of rows `[x1, y1, x2, y2]` with x1 ≤ x2 and y1 ≤ y2. */
function orderedShare({ data }: Tensor): number {
  let ordered = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i]! <= data[i + 2]! && data[i + 1]! <= data[i + 3]!) ordered++;
  }
  return ordered / (data.length / 4);
}

/**
 * Returns the number of anchors per cell. Assumes the five usual levels of a RetinaNet, with
 * strides of 8, 16, 32, 64 and 128 pixels.
 *
 * @returns Null if the number of rows is not a multiple of the number of cells.
 */
function perCellOf(rows: number, { width, height }: Size): number | null {
  const cells = [8, 16, 32, 64, 128].reduce((sum, stride) => {
    return sum + Math.ceil(width / stride) * Math.ceil(height / stride);
  }, 0);
  return rows % cells === 0 ? rows / cells : null;
}
