import { anchorsPerCell, levelGrid } from "../core/anchors.ts";
import { headShape } from "../core/head_layout.ts";
import { createResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { inputShape } from "../image/input_tensor.ts";
import { type HeadsManifest, isFinished, type Manifest } from "../manifest/manifest.ts";

/** Length of one dimension of a tensor. Null: the length depends on the image. */
export type Dimension = number | null;

/** Name, element types and shapes that the manifest requires of one tensor of the graph. */
export interface ExpectedTensor {
  /** Name of the tensor in the graph. */
  readonly name: string;
  /** Accepted element types. */
  readonly types: readonly string[];
  /** Accepted shapes. An empty list accepts any shape. */
  readonly shapes: readonly (readonly Dimension[])[];
}

const FLOATS = ["float32", "float16"];
const CLASS_IDS = [...FLOATS, "int64", "int32"];

/** Returns the input tensor that the manifest requires. */
export function expectedInput(manifest: Manifest): ExpectedTensor {
  const { name, type } = manifest.input;
  return { name, types: [type], shapes: [expectedInputShape(manifest)] };
}

/** Returns all inputs that the manifest requires. The first input is the image. */
export function expectedInputs(manifest: Manifest): ExpectedTensor[] {
  const extras = (manifest.extraInputs ?? []).map(({ name, type, shape }) => {
    return { name, types: [type], shapes: [shape] };
  });
  return [expectedInput(manifest), ...extras];
}

/**
 * Returns the shape of the input tensor.
 *
 * @returns `[images, 3, height, width]` or `[images, height, width, 3]`, with `images` only if the
 *   input has a batch dimension.
 */
export function expectedInputShape(manifest: Manifest): Dimension[] {
  const size = fixedInput(manifest);
  return inputShape(manifest.input, size?.height ?? null, size?.width ?? null);
}

/** Returns the size of the padded input tensor. Null: the size depends on the image. */
export function fixedInput({ resize, pad }: Manifest): Size | null {
  if (pad.kind === "fixed") return pad;
  const isFixed = resize.kind === "stretch" || resize.kind === "crop" ||
    resize.kind === "letterbox";
  return isFixed ? createResizePlan(resize, resize, pad).input : null;
}

/** Returns the output tensors that the manifest requires. The graph may have further outputs. */
export function expectedOutputs(manifest: Manifest): ExpectedTensor[] {
  if (isFinished(manifest)) {
    const { boxes, scores, labels, count, batched } = manifest.outputs;
    const rows = batched ? [batchOf(manifest), null] : [null];
    const columns = labels === null ? 6 : scores === null ? 5 : 4;
    return [
      { name: boxes, types: FLOATS, shapes: [[...rows, columns]] },
      ...(scores === null ? [] : [{ name: scores, types: FLOATS, shapes: [rows] }]),
      ...(labels === null ? [] : [{ name: labels, types: CLASS_IDS, shapes: [rows] }]),
      ...(count === null ? [] : [{ name: count, types: CLASS_IDS, shapes: [] }]),
    ];
  }
  return manifest.outputs.kind === "levels"
    ? expectedLevels(manifest, manifest.outputs)
    : expectedJoined(manifest, manifest.outputs);
}

/**
 * Returns the number of images per run, which is the first dimension of the output shapes. Returns
 * 1 if the input has no batch dimension.
 */
export function batchOf({ input }: Manifest): number {
  return input.batch ?? 1;
}

/**
 * Returns the shape of an output for all levels: `[batch, rows, columns]`, or
 * `[batch, columns, rows]`. Each row is one anchor.
 */
export function joinedShape<Length extends Dimension>(
  { transposed = false }: HeadsManifest["outputs"] & { kind: "joined" },
  batch: number,
  rows: Length,
  columns: number,
): (number | Length)[] {
  return transposed ? [batch, columns, rows] : [batch, rows, columns];
}

/**
 * Returns the two outputs that the manifest requires for each level. The output with scores has one
 * channel for each class of each anchor in a cell. The output with boxes has four channels for each
 * anchor in a cell.
 */
function expectedLevels(
  manifest: HeadsManifest,
  { layout, scores, deltas }: HeadsManifest["outputs"] & { kind: "levels" },
): ExpectedTensor[] {
  const { anchors, labels } = manifest;
  if (!("levels" in anchors)) return [];
  const input = fixedInput(manifest);
  return anchors.levels.flatMap(({ stride }, level) => {
    const grid = input && levelGrid(stride, input);
    const perCell = anchorsPerCell(anchors, level);
    const head = (name: string, channels: number): ExpectedTensor => {
      const { height = null, width = null } = grid ?? {};
      const shape = headShape(layout, { anchors: perCell, channels, height, width });
      return { name, types: FLOATS, shapes: [[batchOf(manifest), ...shape]] };
    };
    // `parseManifest()` has checked that there is one name per level.
    return [head(scores[level]!, labels.length), head(deltas[level]!, 4)];
  });
}

/**
 * Returns the outputs that the manifest requires of a graph whose outputs join the rows of all
 * levels. Each row is one anchor. The output with scores has one column per class. The output with
 * boxes has four columns. Some graphs return scores and boxes in one output, and some graphs also
 * return the anchors.
 */
function expectedJoined(
  manifest: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "joined" },
): ExpectedTensor[] {
  const { anchors, labels } = manifest;
  const batch = batchOf(manifest);
  const rows = rowsOf(manifest);
  const head = (name: string, columns: number): ExpectedTensor => {
    return { name, types: FLOATS, shapes: [joinedShape(names, batch, rows, columns)] };
  };
  return [
    ...(names.packed === undefined
      ? [head(names.scores, labels.length), head(names.deltas, 4)]
      : [head(names.scores, 4 + labels.length)]),
    ...(anchors.kind === "output"
      ? [{ name: anchors.name, types: FLOATS, shapes: [[batch, rows, 4], [rows, 4]] }]
      : []),
  ];
}

/**
 * Returns the number of anchors of all levels together. Null: the number depends on the image, or
 * the manifest declares no levels.
 */
function rowsOf(manifest: HeadsManifest): Dimension {
  const { anchors } = manifest;
  const input = fixedInput(manifest);
  if (!("levels" in anchors) || input === null) return null;
  return anchors.levels.reduce((sum, { stride }, level) => {
    const { width, height } = levelGrid(stride, input);
    return sum + width * height * anchorsPerCell(anchors, level);
  }, 0);
}
