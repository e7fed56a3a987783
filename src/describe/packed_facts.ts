import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";
import { finishedForm } from "./box_form.ts";
import type { FinishedFacts } from "./graph_facts.ts";
import { classIdsOf, isUnit, type ProbedOutput } from "./probed_output.ts";

/**
 * Recognises the outputs of a graph that applies NMS itself and returns boxes and scores in one
 * output. For M detections, the graph returns boxes with scores `[M, 5]` and class ids `[M]`, or
 * one output `[M, 6]` with box, score and class id. Each of the shapes may begin with a batch
 * dimension.
 *
 * @param size Size of the input in both test runs.
 * @returns Null if the outputs have other shapes.
 */
export function packedFacts(outputs: readonly ProbedOutput[], size: Size): FinishedFacts | null {
  return scoredFacts(outputs, size) ?? rowFacts(outputs, size);
}

/**
 * Finds unit and form of the boxes of a graph with NMS.
 *
 * @param runs Boxes `[…, 4]` of both test runs.
 * @param size Size of the input in both test runs.
 */
export function placeOf(
  runs: readonly Tensor[],
  size: Size,
): Pick<FinishedFacts, "space" | "form"> {
  const space = isUnit({ runs }) ? "unit" : "input";
  return { space, form: finishedForm(runs, space === "unit" ? { width: 1, height: 1 } : size) };
}

/**
 * Recognises an output `[M, 6]` with one row for each of M detections. The order in a row is class
 * id, score, box (PaddleDetection), or box, score, class id.
 */
function rowFacts(outputs: readonly ProbedOutput[], size: Size): FinishedFacts | null {
  const rows = outputs.find(({ runs }) =>
    runs[0].shape.length >= 2 && runs.every(({ shape }) => shape.at(-1) === 6)
  );
  if (rows === undefined) return null;
  const column = (...wanted: number[]) => ({
    ...rows,
    runs: [at(rows.runs[0], wanted), at(rows.runs[1], wanted)] as const,
  });
  const holds = (label: number, score: number) => {
    const [labels, scores] = [column(label), column(score)].map(({ runs }) =>
      runs.flatMap(({ data }) => [...data])
    ) as [number[], number[]];
    return labels.length > 0 && labels.every((id) => Number.isInteger(id) && id >= -1) &&
      scores.every((each) => each === -1 || (each >= 0 && each <= 1));
  };
  const isLast = !holds(0, 1);
  if (isLast && !holds(5, 4)) return null;
  const { shape } = rows.runs[0];
  const count = outputs.find((each) =>
    each !== rows && each.type.startsWith("int") && each.runs[0].data.length === 1
  );
  return {
    kind: "finished",
    boxes: rows.name,
    scores: null,
    labels: null,
    columns: isLast ? "box-score-label" : "label-score-box",
    count: count?.name ?? null,
    batched: shape.length === 3,
    ...placeOf((isLast ? column(0, 1, 2, 3) : column(2, 3, 4, 5)).runs, size),
    classIds: classIdsOf(column(isLast ? 5 : 0)),
  };
}

/** Returns the values in some columns of a tensor that has six columns. */
function at({ shape, data }: Tensor, columns: readonly number[]): Tensor {
  return { shape, data: data.filter((_, i) => columns.includes(i % 6)) };
}

/**
 * Recognises an output `[M, 5]` with box and score of M detections, and an output with class ids.
 */
function scoredFacts(outputs: readonly ProbedOutput[], size: Size): FinishedFacts | null {
  const boxes = outputs.find(({ runs }) =>
    runs[0].shape.length >= 2 && runs.every(({ shape }) => shape.at(-1) === 5)
  );
  if (boxes === undefined) return null;
  const [{ shape }] = boxes.runs;
  const labels = outputs.find(({ type, name, runs: [run] }) =>
    run.shape.join() === shape.slice(0, -1).join() &&
    (type.startsWith("int") || /label|class/i.test(name))
  );
  if (labels === undefined || !boxes.runs.every(({ data }) => hasScores(data))) return null;
  const corners = boxes.runs.map((run) => {
    return { ...run, data: run.data.filter((_, i) => i % 5 !== 4) };
  });
  return {
    kind: "finished",
    boxes: boxes.name,
    scores: null,
    labels: labels.name,
    count: null,
    batched: shape.length === 3,
    ...placeOf(corners, size),
    classIds: classIdsOf(labels),
  };
}

/** Returns true if each fifth number can be a score: 0 to 1, or -1 for padding. */
function hasScores(data: Float32Array): boolean {
  return data.every((value, i) => i % 5 !== 4 || value === -1 || (value >= 0 && value <= 1));
}
