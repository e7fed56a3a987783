import { DomainError } from "../core/domain_error.ts";
import { HEAD_LAYOUTS, type HeadLayout } from "../core/head_layout.ts";
import type { Size } from "../core/size.ts";
import { constantsOf } from "./constant_outputs.ts";
import type { LevelsFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import type { ProbedOutput } from "./probed_output.ts";
import { type HeadPair, type HeadWishes, refuseAlike, tellHeads } from "./which_head.ts";

/**
 * Class head (output with scores) or box head (output for boxes) of one level of the feature
 * pyramid.
 */
interface Head extends ProbedOutput {
  /** Number of anchors per cell. Null: the shape does not show this number. */
  readonly anchors: number | null;
  /**
   * Length of the dimension of the channels. A class head has one channel for each class, and a box
   * head has four channels. Without a dimension for the anchors, the length is multiplied by the
   * number of anchors per cell.
   */
  readonly depth: number;
  /** Width of a grid cell, in input pixels. */
  readonly stride: number;
}

/** Outputs of all levels in two groups. One group has the class heads, the other the box heads. */
interface Groups {
  readonly layout: HeadLayout;
  /** First output of each level, from the smallest stride to the largest. */
  readonly firsts: readonly Head[];
  /** Second output of each level. */
  readonly seconds: readonly Head[];
}

/**
 * Recognises the outputs of a graph with a class head (scores) and a box head for each level of the
 * feature pyramid.
 *
 * `HEAD_LAYOUTS` lists the possible orders of the dimensions of a head. Rows and columns are those
 * of the level's grid of cells. Further outputs may contain the anchors.
 *
 * @param size Size of the input in both test runs.
 * @returns Null if the graph does not have two heads per level.
 * @throws {DomainError} `graph-mismatch`, if the shapes fit several layouts, or if nothing shows
 *   which outputs are the class heads.
 */
export function levelsFacts(
  outputs: readonly ProbedOutput[],
  size: Size,
  hints: GraphHints,
  wishes: HeadWishes,
): LevelsFacts | null {
  const constants = constantsOf(outputs);
  const heads = outputs.filter(({ name }) => !constants.some((each) => each.name === name));
  for (const candidates of constants.length === 0 ? [outputs] : [outputs, heads]) {
    const fitting = HEAD_LAYOUTS.flatMap((layout) => groupHeads(layout, candidates, size))
      .filter(({ layout }) => (wishes.layout ?? layout) === layout);
    const [first] = fitting;
    if (first === undefined) continue;
    if (fitting.length > 1) refuseLayouts(fitting);
    const facts = factsOf(first, hints, wishes);
    if (facts === null) return null;
    const anchors = candidates === heads ? constants : [];
    return { ...facts, size, boxConstants: [...anchors, ...hints.boxes] };
  }
  return null;
}

/**
 * Groups the outputs of a graph by level. The dimensions of the outputs have the order `layout`.
 * Returns an empty array if a shape does not fit, or if a level does not have exactly two outputs.
 */
function groupHeads(
  layout: HeadLayout,
  outputs: readonly ProbedOutput[],
  size: Size,
): Groups[] {
  const heads = outputs.map((output) => headOf(layout, output, size));
  if (!heads.every((head) => head !== null)) return [];
  const strides = [...new Set(heads.map(({ stride }) => stride))].sort((a, b) => a - b);
  const firsts: Head[] = [];
  const seconds: Head[] = [];
  for (const stride of strides) {
    const [first, second, third] = heads.filter((head) => head.stride === stride);
    if (first === undefined || second === undefined || third !== undefined) return [];
    if (first.anchors !== second.anchors) return [];
    // Heads with the same number of channels are of the same kind. If both heads of a stride have
    // the same number, the order of the outputs decides.
    const isSwapped = first.depth > second.depth;
    firsts.push(isSwapped ? second : first);
    seconds.push(isSwapped ? first : second);
  }
  const hasBoxes = firsts.some(({ anchors }) => anchors === null) ||
    [firsts, seconds].some((group) => group.every(({ depth }) => depth === 4));
  return firsts.length > 0 && hasBoxes ? [{ layout, firsts, seconds }] : [];
}

/**
 * Interprets an output as scores or boxes of one level. Returns null if its shape does not fit the
 * layout.
 */
function headOf(layout: HeadLayout, output: ProbedOutput, size: Size): Head | null {
  const { shape } = output.runs[0];
  if (shape.length !== layout.length) return null;
  const sideOf = (letter: string) => shape[layout.indexOf(letter)] ?? 0;
  const stride = strideOf(size, { width: sideOf("w"), height: sideOf("h") });
  if (stride === null) return null;
  const anchors = layout.includes("a") ? sideOf("a") : null;
  return { ...output, anchors, depth: sideOf("c"), stride };
}

/**
 * Returns the stride in input pixels that divides the input into `grid` cells. Tries powers of two.
 * Null: no stride fits.
 */
function strideOf(input: Size, grid: Size): number | null {
  for (let stride = 2; stride <= 512; stride *= 2) {
    const fits = Math.ceil(input.width / stride) === grid.width &&
      Math.ceil(input.height / stride) === grid.height;
    if (fits) return stride;
  }
  return null;
}

/**
 * Refuses a graph whose heads fit several layouts.
 *
 * @throws {DomainError} `graph-mismatch`, always.
 */
function refuseLayouts(fitting: readonly Groups[]): never {
  const shape = fitting[0]?.firsts[0]?.runs[0].shape.join(", ");
  const layouts = fitting.map(({ layout }) => layout);
  throw new DomainError(
    "graph-mismatch",
    `Cannot tell the order of the dimensions of the heads as [${shape}] fits ` +
      `${layouts.join(" and ")} (n images, a anchors, c channels, h rows, w columns): name yours ` +
      `with --set outputs.layout=${layouts[0]}`,
  );
}

/** Decides which group contains the class heads. Returns null if the numbers of channels differ. */
function factsOf(
  { layout, firsts, seconds }: Groups,
  hints: GraphHints,
  wishes: HeadWishes,
): Omit<LevelsFacts, "size" | "boxConstants"> | null {
  const [first, second] = [firsts[0], seconds[0]];
  if (first === undefined || second === undefined) return null;
  const { scores, deltas, evidence } = tellByShapes(firsts, seconds) ??
    tellByLevel(firsts, seconds, hints, wishes) ??
    tellHeads(firsts, seconds, hints, wishes.scores) ??
    tellByChannels(firsts, seconds) ?? refuseAlike(first, second);
  const { anchors = null, depth = 0 } = deltas[0] ?? {};
  const perCell = anchors ?? depth / 4;
  const classes = (scores[0]?.depth ?? 0) / (anchors === null ? perCell : 1);
  if (!Number.isInteger(perCell) || !Number.isInteger(classes)) return null;
  return {
    kind: "levels",
    layout,
    scores: scores.map(({ name }) => name),
    deltas: deltas.map(({ name }) => name),
    strides: scores.map(({ stride }) => stride),
    perCell,
    classes,
    evidence,
  };
}

/**
 * Decides for each level which output is the class head. The order of the outputs may differ from
 * level to level.
 *
 * @returns Null if the levels agree, or if the numbers of channels already group the outputs.
 * @throws {DomainError} `graph-mismatch`, if the levels differ and one of them shows nothing.
 */
function tellByLevel(
  firsts: readonly Head[],
  seconds: readonly Head[],
  hints: GraphHints,
  wishes: HeadWishes,
): HeadPair<readonly Head[]> | null {
  if (!firsts.every(({ depth }, level) => depth === seconds[level]?.depth)) return null;
  const pairs = firsts.map((first, level) =>
    tellHeads([first], seconds.slice(level, level + 1), hints, wishes.scores)
  );
  const orders = pairs.map((pair, level) => pair && pair.scores[0] === firsts[level]);
  if (!(orders.includes(true) && orders.includes(false))) return null;
  const unknown = orders.indexOf(null);
  if (unknown >= 0) refuseAlike(firsts[unknown]!, seconds[unknown]!);
  return {
    scores: pairs.flatMap((pair) => pair?.scores ?? []),
    deltas: pairs.flatMap((pair) => pair?.deltas ?? []),
    evidence: pairs[0]?.evidence ?? "values",
  };
}

/**
 * Recognises box heads (outputs for boxes) by a dimension of four numbers, if anchors and channels
 * are two dimensions. Returns null if both groups, or none, have this dimension.
 */
function tellByShapes(
  first: readonly Head[],
  second: readonly Head[],
): HeadPair<readonly Head[]> | null {
  const isBox = (heads: readonly Head[]) =>
    heads.every(({ anchors, depth }) => anchors !== null && depth === 4);
  if (isBox(first) === isBox(second)) return null;
  const [scores, deltas] = isBox(second) ? [first, second] : [second, first];
  return { scores, deltas, evidence: "shapes" };
}

/**
 * Recognises box heads (outputs for boxes) by their 36 channels: four numbers for each of nine
 * anchors. Returns null if both groups of outputs, or none, have 36 channels.
 */
function tellByChannels(
  first: readonly Head[],
  second: readonly Head[],
): HeadPair<readonly Head[]> | null {
  const isBox = (heads: readonly Head[]) => heads.every(({ depth }) => depth === 36);
  if (isBox(first) === isBox(second)) return null;
  const [scores, deltas] = isBox(second) ? [first, second] : [second, first];
  return { scores, deltas, evidence: "channels" };
}
