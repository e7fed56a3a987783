import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";
import { decodedForm } from "./box_form.ts";
import { constantsOf, isConstant } from "./constant_outputs.ts";
import type { JoinedFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import { CLASS_NAMES, isUnit, type ProbedOutput } from "./probed_output.ts";
import { chooseScores, type HeadPair, refuseAlike, tellHeads } from "./which_head.ts";

/**
 * Recognises the outputs of a graph with one class head (scores) and one box head for all levels of
 * the feature pyramid.
 *
 * The shape of the class head is `[images, rows, classes]`, the shape of the box head is
 * `[images, rows, 4]`. Each row is one anchor. The rows may also be the last dimension. One output
 * may contain both heads, and another output may contain the anchors.
 *
 * @param size Size of the input in both test runs.
 * @param wanted Names of class heads (outputs with scores) that the caller gave. Empty if unknown.
 * @returns Null if the outputs have other shapes.
 */
export function joinedFacts(
  outputs: readonly ProbedOutput[],
  size: Size,
  hints: GraphHints,
  wanted: readonly string[],
): { facts: JoinedFacts; classHead: ProbedOutput } | null {
  const upright = outputs.filter(isList);
  const transposed = upright.some(hasRowsLast);
  const lists = transposed ? upright.map(turned) : upright;
  const [list] = outputs.length === 1 ? lists : [];
  const packed = list === undefined ? null : splitPacked(list, hints);
  const heads = packed ?? pairOf(lists, outputs, hints, wanted);
  if (heads === null) return null;
  const { scores, deltas, anchors, evidence } = heads;
  const rows = scores.runs[0].shape.at(-2) ?? 0;
  const boxes = anchors ?? deltas;
  const form = decodedForm(boxes, size, isUnit(boxes) ? { width: 1, height: 1 } : size);
  const facts: JoinedFacts = {
    kind: "joined",
    scores: scores.name,
    deltas: deltas.name,
    anchors: anchors?.name ?? null,
    space: isUnit(boxes) ? "unit" : "input",
    decoded: anchors === null && form !== null,
    form,
    counts: [{ size, rows }],
    classes: scores.runs[0].shape.at(-1) ?? 0,
    evidence,
    transposed,
    packed: packed?.packed ?? null,
    boxConstants: [...constantsOf(outputs), ...hints.boxes],
  };
  return { facts, classHead: scores };
}

/**
 * Class head `[images, rows, classes]`, box head `[images, rows, 4]` and output with the anchors,
 * if any. Each row is one anchor.
 */
interface JoinedHeads extends Pick<HeadPair<never>, "evidence"> {
  readonly scores: ProbedOutput;
  readonly deltas: ProbedOutput;
  readonly anchors: ProbedOutput | null;
}

/** Finds the outputs that contain the scores (class head), the boxes (box head) and the anchors. */
function pairOf(
  lists: readonly ProbedOutput[],
  outputs: readonly ProbedOutput[],
  hints: GraphHints,
  wanted: readonly string[],
): JoinedHeads | null {
  const others = lists.filter(({ runs }) => runs[0].shape.at(-1) !== 4);
  const fours = outputs.length === lists.length
    ? lists.filter(({ runs }) => runs[0].shape.at(-1) === 4)
    : [...lists, ...outputs.filter((output) => !lists.some(({ name }) => name === output.name))]
      .filter(({ runs }) => runs[0].shape.at(-1) === 4);
  const rowsOf = ({ runs }: ProbedOutput) => runs[0].shape.at(-2);
  const candidates = others.filter((each) => fours.some((four) => rowsOf(four) === rowsOf(each)));
  const chosen = chooseScores(candidates, wanted, CLASS_NAMES);
  if (chosen !== null) {
    const { scores, rival } = chosen;
    if (rival !== undefined) refuseAlike(scores, rival);
    const fitting = fours.filter((four) => rowsOf(four) === rowsOf(scores));
    const anchors = fitting.length === 2 ? fitting.find(isConstant) ?? null : null;
    const deltas = fitting.find((four) => four !== anchors);
    const evidence = candidates.length === 1 ? "channels" : "names";
    return deltas === undefined ? null : { scores, deltas, anchors, evidence };
  }
  // The model has four classes, so the class head has four columns, like the box head.
  const anchors = fours.length === 3 ? fours.find(isConstant) ?? null : null;
  const [first, second, third] = fours.filter((four) => four !== anchors && isList(four));
  if (first === undefined || second === undefined || third !== undefined) return null;
  if (rowsOf(first) !== rowsOf(second)) return null;
  const told = tellHeads([first], [second], hints, wanted) ?? refuseAlike(first, second);
  return { scores: told.scores[0]!, deltas: told.deltas[0]!, anchors, evidence: told.evidence };
}

/**
 * Splits an output `[images, rows, 4 + classes]` into its four box columns and its class columns.
 * The values show which columns come first.
 *
 * @returns Null if the values do not show the order, probably because the graph applies NMS itself.
 */
function splitPacked(
  output: ProbedOutput,
  hints: GraphHints,
): JoinedHeads & { packed: "boxes-first" | "scores-first" } | null {
  const width = output.runs[0].shape.at(-1) ?? 0;
  if (width < 5) return null;
  for (const packed of ["boxes-first", "scores-first"] as const) {
    const [from, to] = packed === "boxes-first" ? [4, width] : [0, width - 4];
    const scores = columnsOf(output, (column) => column >= from && column < to);
    const deltas = columnsOf(output, (column) => column < from || column >= to);
    const told = tellHeads([scores], [deltas], { ...hints, outputs: {} });
    if (told?.scores[0] !== scores) continue;
    return { scores, deltas, anchors: null, evidence: "values", packed };
  }
  return null;
}

/** Returns a copy of an output with only some of its columns. */
function columnsOf(output: ProbedOutput, isKept: (column: number) => boolean): ProbedOutput {
  const kept = ({ data, shape }: Tensor): Tensor => {
    const width = shape.at(-1) ?? 1;
    const part = data.filter((_, i) => isKept(i % width));
    const columns = part.length / (data.length / width);
    return { data: part, shape: [...shape.slice(0, -1), columns] };
  };
  const [even, noise] = output.runs;
  return { ...output, runs: [kept(even), kept(noise)] };
}

/**
 * Returns true for an output of the shape `[images, rows, columns]` or `[images, columns, rows]`.
 */
function isList({ runs: [{ shape }] }: ProbedOutput): boolean {
  const [, second = 0, third = 0] = shape;
  return shape.length === 3 && Math.max(second, third) > 1;
}

/**
 * Returns true for an output of the shape `[images, columns, rows]`. The output has far more rows
 * than columns, because each row is one anchor.
 */
function hasRowsLast({ runs: [{ shape }] }: ProbedOutput): boolean {
  const [, second = 0, third = 0] = shape;
  return third !== 4 && second >= 4 && third > 4 * second;
}

/** Transposes an output `[images, columns, rows]` to `[images, rows, columns]`. */
function turned(output: ProbedOutput): ProbedOutput {
  const turn = ({ data, shape }: Tensor): Tensor => {
    const [images = 0, columns = 0, rows = 0] = shape;
    const result = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const [image, column, row] = [
        Math.floor(i / (columns * rows)),
        Math.floor(i / rows) % columns,
        i % rows,
      ];
      result[(image * rows + row) * columns + column] = data[i]!;
    }
    return { data: result, shape: [images, rows, columns] };
  };
  const [even, noise] = output.runs;
  return { ...output, runs: [turn(even), turn(noise)] };
}
