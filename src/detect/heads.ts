import { type AnchorLevel, anchorLevel, type AnchorRule, levelGrid } from "../core/anchors.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import { batchOf } from "./expected_tensors.ts";
import { headShape } from "./head_shape.ts";
import { listedAnchors } from "./listed_anchors.ts";
import { outputData, type Outputs } from "./output_data.ts";

/**
 * One level's part of a head, where the graph left it: nothing is copied.
 *
 * The number of (row, column, anchor, channel) lies at `offset` plus the sum of each index times
 * its step.
 */
export interface HeadView {
  /** The whole output tensor. */
  readonly data: Float32Array;
  /** Where the level starts. */
  readonly offset: number;
  /** From one grid row to the next. */
  readonly rowStep: number;
  /** From one cell to the next. */
  readonly columnStep: number;
  /** From one anchor of a cell to the next. */
  readonly anchorStep: number;
  /** From one class, or one delta, to the next. */
  readonly channelStep: number;
  /** Classes, or the 4 deltas. */
  readonly channels: number;
}

/** One level: its anchors and its two heads. */
export interface LevelHeads {
  /** Where the anchors lie. */
  readonly anchors: AnchorLevel;
  /** Logits or scores, one channel per class. */
  readonly scores: HeadView;
  /** Box deltas, 4 channels. */
  readonly deltas: HeadView;
}

/**
 * Finds each level's heads in the outputs of a run; of a batch, the first image's.
 *
 * @param input Size of the padded input that was run.
 * @throws {DomainError} `graph-mismatch`, if a shape is not what the manifest makes of the input.
 */
export function headsOf(manifest: HeadsManifest, outputs: Outputs, input: Size): LevelHeads[] {
  const { outputs: names, anchors } = manifest;
  if (names.kind === "joined") return joinedHeads(manifest, names, outputs, input);
  return "levels" in anchors ? headsPerLevel(manifest, names, anchors, outputs, input) : [];
}

/** (N, A·C, H, W) or (N, H, W, A·C) per level. */
function headsPerLevel(
  manifest: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "levels" },
  rule: AnchorRule,
  outputs: Outputs,
  input: Size,
): LevelHeads[] {
  return rule.levels.map(({ stride }, i) => {
    const grid = levelGrid(stride, input);
    const anchors = anchorLevel(rule, i, input, grid);
    const view = (name: string, channels: number): HeadView => {
      const depth = anchors.perCell * channels;
      const shape = headShape(names.layout, depth, grid.height, grid.width);
      const data = outputData(outputs, name, [batchOf(manifest), ...shape]);
      return names.layout === "nchw"
        ? planes(data, grid, channels)
        : rows(data, 0, anchors, channels);
    };
    return {
      anchors,
      scores: view(names.scores[i], manifest.labels.length),
      deltas: view(names.deltas[i], 4),
    };
  });
}

/** (N, R, C) over all levels, R = Σ H·W·A. */
function joinedHeads(
  manifest: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "joined" },
  outputs: Outputs,
  input: Size,
): LevelHeads[] {
  const classes = manifest.labels.length;
  const levels = joinedLevels(manifest, names, outputs, input);
  const counts = levels.map(({ grid, perCell }) => grid.width * grid.height * perCell);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const batch = batchOf(manifest);
  const scores = outputData(outputs, names.scores, [batch, total, classes]);
  const deltas = outputData(outputs, names.deltas, [batch, total, 4]);
  let row = 0;
  return levels.map((anchors, i) => {
    const first = row;
    row += counts[i];
    return {
      anchors,
      scores: rows(scores, first * classes, anchors, classes),
      deltas: rows(deltas, first * 4, anchors, 4),
    };
  });
}

/** The levels of joined heads: those of the grids, or one list where there are none. */
function joinedLevels(
  { anchors }: HeadsManifest,
  names: HeadsManifest["outputs"] & { kind: "joined" },
  outputs: Outputs,
  input: Size,
): AnchorLevel[] {
  if ("levels" in anchors) {
    return anchors.levels.map(({ stride }, i) =>
      anchorLevel(anchors, i, input, levelGrid(stride, input))
    );
  }
  const count = outputs[names.deltas]?.shape.at(-2) ?? 0;
  return [listedAnchors(anchors, count, outputs, input)];
}

function planes(data: Float32Array, grid: Size, channels: number): HeadView {
  const plane = grid.width * grid.height;
  return {
    data,
    offset: 0,
    rowStep: grid.width,
    columnStep: 1,
    anchorStep: channels * plane,
    channelStep: plane,
    channels,
  };
}

/** Channels innermost, then anchors, columns and rows. */
export function rows(
  data: Float32Array,
  offset: number,
  anchors: AnchorLevel,
  channels: number,
): HeadView {
  const columnStep = anchors.perCell * channels;
  return {
    data,
    offset,
    rowStep: anchors.grid.width * columnStep,
    columnStep,
    anchorStep: channels,
    channelStep: 1,
    channels,
  };
}

/**
 * Where an anchor's first channel lies in a head.
 *
 * @param anchorIndex `(row · W + column) · A + anchor`.
 */
export function headAt(view: HeadView, anchors: AnchorLevel, anchorIndex: number): number {
  const cell = Math.floor(anchorIndex / anchors.perCell);
  const row = Math.floor(cell / anchors.grid.width);
  const column = cell - row * anchors.grid.width;
  const anchor = anchorIndex - cell * anchors.perCell;
  return view.offset + row * view.rowStep + column * view.columnStep + anchor * view.anchorStep;
}
