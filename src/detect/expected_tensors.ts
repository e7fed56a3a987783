import { type HeadsManifest, isFinished, type Manifest } from "../manifest/manifest.ts";
import { anchorsPerCell, levelGrid } from "../core/anchors.ts";
import { createResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { inputShape } from "../image/input_tensor.ts";
import { headShape } from "./head_shape.ts";

/** A side that is known before an image is there, or null. */
export type Side = number | null;

/** What a manifest says of one tensor of its graph. */
export interface ExpectedTensor {
  /** Name in the graph. */
  readonly name: string;
  /** Number types that do. */
  readonly types: readonly string[];
  /** Shapes that do; none where any does. */
  readonly shapes: readonly (readonly Side[])[];
}

const FLOATS = ["float32", "float16"];
const CLASS_IDS = [...FLOATS, "int64", "int32"];

/** The input's size where it is the same for every image. */
export function fixedInput({ resize, pad }: Manifest): Size | null {
  if (pad.kind === "fixed") return pad;
  return resize.kind === "stretch" ? createResizePlan(resize, resize, pad).input : null;
}

/** The tensor that the graph is fed. */
export function expectedInput(manifest: Manifest): ExpectedTensor {
  const { name, type } = manifest.input;
  const size = fixedInput(manifest);
  const shape = inputShape(manifest.input, size?.height ?? null, size?.width ?? null);
  return { name, types: [type], shapes: [shape] };
}

/** The tensors that are read. */
export function expectedOutputs(manifest: Manifest): ExpectedTensor[] {
  if (isFinished(manifest)) {
    const { boxes, scores, labels, count, batched } = manifest.outputs;
    const rows = batched ? [batchOf(manifest), null] : [null];
    return [
      { name: boxes, types: FLOATS, shapes: [[...rows, 4]] },
      { name: scores, types: FLOATS, shapes: [rows] },
      { name: labels, types: CLASS_IDS, shapes: [rows] },
      ...(count === null ? [] : [{ name: count, types: CLASS_IDS, shapes: [] }]),
    ];
  }
  return manifest.outputs.kind === "levels"
    ? expectedLevels(manifest, manifest.outputs)
    : expectedJoined(manifest, manifest.outputs);
}

/** Images per run, as the outputs have them; an input without such a side gives one. */
export function batchOf({ input }: Manifest): number {
  return input.batch ?? 1;
}

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
      const depth = perCell * channels;
      const shape = headShape(layout, depth, grid?.height ?? null, grid?.width ?? null);
      return { name, types: FLOATS, shapes: [[batchOf(manifest), ...shape]] };
    };
    return [head(scores[level], labels.length), head(deltas[level], 4)];
  });
}

function expectedJoined(
  manifest: HeadsManifest,
  { scores, deltas }: HeadsManifest["outputs"] & { kind: "joined" },
): ExpectedTensor[] {
  const { anchors, labels } = manifest;
  const batch = batchOf(manifest);
  const rows = rowsOf(manifest);
  const head = (name: string, channels: number): ExpectedTensor => {
    return { name, types: FLOATS, shapes: [[batch, rows, channels]] };
  };
  return [
    head(scores, labels.length),
    head(deltas, 4),
    ...(anchors.kind === "output"
      ? [{ name: anchors.name, types: FLOATS, shapes: [[batch, rows, 4], [rows, 4]] }]
      : []),
  ];
}

/** R, where grids and the input's size tell it. */
function rowsOf(manifest: HeadsManifest): Side {
  const { anchors } = manifest;
  const input = fixedInput(manifest);
  if (!("levels" in anchors) || input === null) return null;
  return anchors.levels.reduce((sum, { stride }, level) => {
    const { width, height } = levelGrid(stride, input);
    return sum + width * height * anchorsPerCell(anchors, level);
  }, 0);
}
