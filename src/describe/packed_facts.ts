import type { FinishedFacts } from "./graph_facts.ts";
import { classIdsOf, isUnit, type ProbedOutput } from "./probed_output.ts";

/**
 * Recognises the outputs of a graph that applies NMS itself and returns each score as the fifth
 * number of its box: boxes `[M, 5]` and class ids `[M]` of M detections. Both outputs may have a
 * batch dimension in front.
 *
 * @returns Null if the outputs have other shapes.
 */
export function packedFacts(outputs: readonly ProbedOutput[]): FinishedFacts | null {
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
  const corners = {
    ...boxes,
    runs: boxes.runs.map((run) => ({ ...run, data: run.data.filter((_, i) => i % 5 !== 4) })),
  };
  return {
    kind: "finished",
    boxes: boxes.name,
    scores: null,
    labels: labels.name,
    count: null,
    batched: shape.length === 3,
    space: isUnit(corners) ? "unit" : "input",
    classIds: classIdsOf(labels),
  };
}

/** Returns true if each fifth number can be a score: 0 to 1, or -1 for padding. */
function hasScores(data: Float32Array): boolean {
  return data.every((value, i) => i % 5 !== 4 || value === -1 || (value >= 0 && value <= 1));
}
