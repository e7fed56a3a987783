import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { FinishedFacts, GraphFacts, JoinedFacts } from "./graph_facts.ts";
import { BOX_NAMES, CLASS_NAMES, type ProbedOutput } from "./probed_output.ts";
import { levelsFacts } from "./levels_facts.ts";

/**
 * Finds out what each output is, by shape first and by name only where shapes leave a doubt.
 *
 * @param size Of the input in both runs.
 * @throws {DomainError} `graph-mismatch`, if they are no heads and no detections.
 */
export function outputFacts(outputs: readonly ProbedOutput[], size: Size): GraphFacts["outputs"] {
  const facts = levelsFacts(outputs, size) ?? joinedFacts(outputs, size) ?? finishedFacts(outputs);
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

/** `[N, R, K]` beside `[N, R, 4]`, and perhaps anchors. */
function joinedFacts(outputs: readonly ProbedOutput[], size: Size): JoinedFacts | null {
  const wide = outputs.filter(({ runs: [{ shape }] }) => shape.length === 3 && shape[1] > 1);
  const scores = wide.find(({ name, runs: [{ shape }] }) => {
    return shape[2] !== 4 || (CLASS_NAMES.test(name) && !BOX_NAMES.test(name));
  });
  if (scores === undefined) return null;
  const [, rows, classes] = scores.runs[0].shape;
  const fours = outputs.filter((output) => {
    const { shape } = output.runs[0];
    return output !== scores && shape.at(-1) === 4 && shape.at(-2) === rows;
  });
  const anchors = fours.length === 2 ? fours.find(isConstant) : undefined;
  const deltas = fours.find((output) => output !== anchors);
  if (deltas === undefined) return null;
  return {
    kind: "joined",
    scores: scores.name,
    deltas: deltas.name,
    anchors: anchors?.name ?? null,
    space: isUnit(anchors ?? deltas) ? "unit" : "input",
    decoded: anchors === undefined && holdsBoxes(deltas),
    perCell: perCellOf(rows, size),
    classes,
  };
}

/** `[M, 4]`, `[M]` and `[M]`, with a batch side or without. */
function finishedFacts(outputs: readonly ProbedOutput[]): FinishedFacts | null {
  const boxes = outputs.find(({ runs: [{ shape }] }) => shape.length >= 2 && shape.at(-1) === 4);
  if (boxes === undefined) return null;
  const rank = boxes.runs[0].shape.length;
  const lists = outputs.filter(({ name, runs: [{ shape }] }) => {
    return shape.length === rank - 1 && !COUNT_NAMES.test(name);
  });
  const isWhole = ({ type }: ProbedOutput) => type.startsWith("int");
  const labels = lists.find(isWhole) ?? lists.find(({ name }) => /label|class/i.test(name));
  const scores = lists.find((output) => output !== labels && !isWhole(output));
  if (labels === undefined || scores === undefined) return null;
  return {
    kind: "finished",
    boxes: boxes.name,
    scores: scores.name,
    labels: labels.name,
    count: outputs.find(({ name }) => COUNT_NAMES.test(name))?.name ?? null,
    batched: rank === 3,
    space: isUnit(boxes) ? "unit" : "input",
  };
}

const COUNT_NAMES = /num|count|valid/i;

/** Anchors are the same whatever the image. */
function isConstant({ runs: [even, noise] }: ProbedOutput): boolean {
  return even.data.every((value, i) => value === noise.data[i]);
}

/** Parts of an image's sides reach some way beyond 0 and 1, pixels far; -1 is padding. */
function isUnit({ runs }: ProbedOutput): boolean {
  const values = runs.flatMap(({ data }) => [...data.filter((value) => value !== -1)]);
  return values.length > 0 && values.every((value) => Math.abs(value) <= 8);
}

/** In nearly all rows the second corner lies behind the first, which deltas do by chance only. */
function holdsBoxes({ runs }: ProbedOutput): boolean {
  return runs.every(({ data }) => {
    let ordered = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] <= data[i + 2] && data[i + 1] <= data[i + 3]) ordered++;
    }
    return ordered / (data.length / 4) > 0.95;
  });
}

/** Anchors per cell of P3 to P7. */
function perCellOf(rows: number, { width, height }: Size): number | null {
  const cells = [8, 16, 32, 64, 128].reduce((sum, stride) => {
    return sum + Math.ceil(width / stride) * Math.ceil(height / stride);
  }, 0);
  return rows % cells === 0 ? rows / cells : null;
}
