import type { Size } from "../core/size.ts";
import type { LevelsFacts } from "./graph_facts.ts";
import { BOX_NAMES, CLASS_NAMES, type ProbedOutput } from "./probed_output.ts";

/** A head of one level. */
interface Head {
  readonly name: string;
  readonly depth: number;
  readonly stride: number;
}

/** `[N, A·K, H, W]` beside `[N, A·4, H, W]` for each level, or channels last; null if they are not. */
export function levelsFacts(outputs: readonly ProbedOutput[], size: Size): LevelsFacts | null {
  for (const layout of ["nchw", "nhwc"] as const) {
    const heads = headsIn(layout, outputs, size);
    const facts = heads && pairs(layout, heads);
    if (facts) return facts;
  }
  return null;
}

/** Every output as a head of one layout, or null if one is none. */
function headsIn(
  layout: "nchw" | "nhwc",
  outputs: readonly ProbedOutput[],
  size: Size,
): Head[] | null {
  const heads: Head[] = [];
  for (const { name, runs: [{ shape }] } of outputs) {
    if (shape.length !== 4) return null;
    const [depth, height, width] = layout === "nchw"
      ? shape.slice(1)
      : [shape[3], shape[1], shape[2]];
    const stride = strideOf(size, { width, height });
    if (stride === null) return null;
    heads.push({ name, depth, stride });
  }
  return heads;
}

/** The power of two that makes this grid of the input. */
function strideOf(input: Size, grid: Size): number | null {
  for (let stride = 2; stride <= 512; stride *= 2) {
    const fits = Math.ceil(input.width / stride) === grid.width &&
      Math.ceil(input.height / stride) === grid.height;
    if (fits) return stride;
  }
  return null;
}

function pairs(layout: "nchw" | "nhwc", heads: readonly Head[]): LevelsFacts | null {
  const strides = [...new Set(heads.map(({ stride }) => stride))].sort((a, b) => a - b);
  const deltas: Head[] = [];
  const scores: Head[] = [];
  for (const stride of strides) {
    const pair = heads.filter((head) => head.stride === stride);
    if (pair.length !== 2) return null;
    const box = pair[boxHead(pair)];
    deltas.push(box);
    scores.push(pair.find((head) => head !== box)!);
  }
  const perCell = deltas[0].depth / 4;
  const classes = scores[0].depth / perCell;
  if (!Number.isInteger(perCell) || !Number.isInteger(classes)) return null;
  return {
    kind: "levels",
    layout,
    scores: scores.map(({ name }) => name),
    deltas: deltas.map(({ name }) => name),
    strides,
    perCell,
    classes,
  };
}

/** Which of a level's two heads holds deltas: by name, else nine anchors' worth, else the second. */
function boxHead(pair: readonly Head[]): number {
  const byName = pair.findIndex(({ name }) => BOX_NAMES.test(name) && !CLASS_NAMES.test(name));
  if (byName >= 0) return byName;
  const byClassName = pair.findIndex(({ name }) => CLASS_NAMES.test(name));
  if (byClassName >= 0) return 1 - byClassName;
  const byDepth = pair.findIndex(({ depth }) => depth === 36);
  return byDepth >= 0 ? byDepth : 1;
}
