import { type AnchorLevel, anchorLevel, type AnchorRule, levelGrid } from "../core/anchors.ts";
import { headShape, headSteps } from "../core/head_layout.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import { batchOf, joinedShape } from "./expected_tensors.ts";
import { listedAnchors } from "./listed_anchors.ts";
import { outputData, type Outputs } from "./output_data.ts";
import { type HeadView, rowsFirst, rowsLast, type Table } from "./head_view.ts";

export type { HeadView } from "./head_view.ts";

/** Anchors and outputs (heads) of the network for one level of the feature pyramid. */
export interface LevelHeads {
  /** Anchors of the level. */
  readonly anchors: AnchorLevel;
  /** Class head: one channel per class id. The values are logits or scores. */
  readonly scores: HeadView;
  /**
   * Box head: four channels. Usually, the values are deltas, which are differences between boxes
   * and anchors.
   */
  readonly deltas: HeadView;
}

/**
 * Finds the values of each level in the outputs of a run.
 *
 * If the outputs contain several images, reads only the first image.
 *
 * @param input Size of the padded input tensor.
 * @returns Levels. The level with the smallest cells comes first.
 * @throws {DomainError} `graph-mismatch`, if an output is missing or has an unexpected shape.
 */
export function headsOf(manifest: HeadsManifest, outputs: Outputs, input: Size): LevelHeads[] {
  const { outputs: names, anchors } = manifest;
  if (names.kind === "joined") return joinedHeads(manifest, names, outputs, input);
  return "levels" in anchors ? headsPerLevel(manifest, names, anchors, outputs, input) : [];
}

/** Returns the number of anchors of a level. */
export function anchorCount({ grid, perCell }: AnchorLevel): number {
  return grid.width * grid.height * perCell;
}

/**
 * Returns the index in `view.data` of the first channel of an anchor.
 *
 * @param anchorIndex Index of the anchor in its level. Anchors are counted cell by cell, row by
 *   row.
 */
export function anchorOffset(view: HeadView, anchors: AnchorLevel, anchorIndex: number): number {
  const cell = Math.floor(anchorIndex / anchors.perCell);
  const row = Math.floor(cell / anchors.grid.width);
  const column = cell - row * anchors.grid.width;
  const anchor = anchorIndex - cell * anchors.perCell;
  return view.offset + row * view.rowStep + column * view.columnStep + anchor * view.anchorStep;
}

/**
 * Creates a view of the output for one level. The channels are the last dimension. The shape is
 * `[grid rows, grid columns, anchors per cell, channels]`. The first three dimensions may be joined
 * into one.
 */
export function channelsLast(
  data: Float32Array,
  anchors: AnchorLevel,
  channels: number,
): HeadView {
  return rowsFirst({ data, columns: channels }, anchors, 0, 0, channels);
}

/**
 * Returns the heads of a graph that has two outputs (heads) per level. `HEAD_LAYOUTS` lists the
 * possible orders of their dimensions.
 */
function headsPerLevel(
  manifest: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "levels" },
  rule: AnchorRule,
  outputs: Outputs,
  input: Size,
): LevelHeads[] {
  return rule.levels.map(({ stride }, level) => {
    const grid = levelGrid(stride, input);
    const anchors = anchorLevel(rule, level, input, grid);
    const view = (name: string, channels: number): HeadView => {
      const sides = { anchors: anchors.perCell, channels, ...grid };
      const shape = [batchOf(manifest), ...headShape(names.layout, sides)];
      const data = outputData(outputs, name, shape);
      return { data, offset: 0, ...headSteps(names.layout, sides), channels };
    };
    // `parseManifest()` has checked that there is one name per level.
    return {
      anchors,
      scores: view(names.scores[level]!, manifest.labels.length),
      deltas: view(names.deltas[level]!, 4),
    };
  });
}

/**
 * Returns the heads of each level, for a graph whose outputs (heads) join the rows of all levels.
 * Each row is one anchor. The shapes are `[images, rows, classes]` and `[images, rows, 4]`, or
 * `[images, rows, 4 + classes]` for a single output. The rows may also be the last dimension.
 */
function joinedHeads(
  manifest: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "joined" },
  outputs: Outputs,
  input: Size,
): LevelHeads[] {
  const batch = batchOf(manifest);
  const classes = manifest.labels.length;
  const levels = joinedLevels(manifest, names, outputs, input);
  const rows = levels.reduce((sum, anchors) => sum + anchorCount(anchors), 0);
  const table = (name: string, columns: number): Table => {
    const shape = joinedShape(names, batch, rows, columns);
    return { data: outputData(outputs, name, shape), rows, columns };
  };
  const isPacked = names.packed !== undefined;
  const scores = table(names.scores, isPacked ? classes + 4 : classes);
  const deltas = isPacked ? scores : table(names.deltas, 4);
  const view = names.transposed === true ? rowsLast : rowsFirst;
  let nextRow = 0;
  return levels.map((anchors) => {
    const row = nextRow;
    nextRow += anchorCount(anchors);
    return {
      anchors,
      scores: view(scores, anchors, row, names.packed === "boxes-first" ? 4 : 0, classes),
      deltas: view(deltas, anchors, row, names.packed === "scores-first" ? classes : 0, 4),
    };
  });
}

/**
 * Returns the levels of the feature pyramid, for a graph whose outputs join the rows of all levels.
 * If the manifest declares no levels, all rows form one level without a grid.
 */
function joinedLevels(
  { anchors }: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "joined" },
  outputs: Outputs,
  input: Size,
): AnchorLevel[] {
  if ("levels" in anchors) {
    return anchors.levels.map(({ stride }, level) =>
      anchorLevel(anchors, level, input, levelGrid(stride, input))
    );
  }
  // Only the outputs show the number of rows. If the output is missing, the later call of
  // `outputData()` throws.
  const count = outputs[names.deltas]?.shape.at(names.transposed === true ? -1 : -2) ?? 0;
  return [listedAnchors(anchors, count, outputs, input)];
}
