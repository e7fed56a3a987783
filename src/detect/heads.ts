import { type AnchorLevel, anchorLevel, type AnchorRule, levelGrid } from "../core/anchors.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import { batchOf, headShape } from "./expected_tensors.ts";
import { listedAnchors } from "./listed_anchors.ts";
import { outputData, type Outputs } from "./output_data.ts";

/** One pyramid level: its anchors and its two heads. */
export interface LevelHeads {
  /** Anchors of the level. */
  readonly anchors: AnchorLevel;
  /** Logits or scores: K channels, one per class id. */
  readonly scores: HeadView;
  /** Deltas of the boxes: 4 channels. */
  readonly deltas: HeadView;
}

/**
 * View of one level's head in an output tensor, without a copy. The steps describe the layout.
 *
 * The number of (row, column, anchor, channel) lies at index `offset + row · rowStep +
 * column · columnStep + anchor · anchorStep + channel · channelStep` of `data`.
 */
export interface HeadView {
  /** Numbers of the whole output tensor. */
  readonly data: Float32Array;
  /** Index of the level's first number. */
  readonly offset: number;
  /** Step from one grid row to the next. */
  readonly rowStep: number;
  /** Step from one grid column to the next. */
  readonly columnStep: number;
  /** Step from one anchor of a cell to the next. */
  readonly anchorStep: number;
  /** Step from one channel to the next. */
  readonly channelStep: number;
  /** Number of channels: K classes, or 4 deltas. */
  readonly channels: number;
}

/**
 * Finds the heads of each level in the outputs of a run.
 *
 * If the outputs are a batch, only its first image is read.
 *
 * @param input Size of the padded input tensor.
 * @returns Levels, finest first.
 * @throws {DomainError} `graph-mismatch`, if an output is missing or has an unexpected shape.
 */
export function headsOf(manifest: HeadsManifest, outputs: Outputs, input: Size): LevelHeads[] {
  const { outputs: names, anchors } = manifest;
  if (names.kind === "joined") return joinedHeads(manifest, names, outputs, input);
  return "levels" in anchors ? headsPerLevel(manifest, names, anchors, outputs, input) : [];
}

/** Counts the anchors of a level: H·W·A. */
export function anchorCount({ grid, perCell }: AnchorLevel): number {
  return grid.width * grid.height * perCell;
}

/**
 * Returns the index of an anchor's first channel in the data of a head.
 *
 * @param anchorIndex `(row · W + column) · A + anchor`.
 */
export function anchorOffset(view: HeadView, anchors: AnchorLevel, anchorIndex: number): number {
  const cell = Math.floor(anchorIndex / anchors.perCell);
  const row = Math.floor(cell / anchors.grid.width);
  const column = cell - row * anchors.grid.width;
  const anchor = anchorIndex - cell * anchors.perCell;
  return view.offset + row * view.rowStep + column * view.columnStep + anchor * view.anchorStep;
}

/**
 * Views numbers whose channels are contiguous: (H, W, A, C), or the H·W·A rows of (R, C).
 *
 * @param offset Index of the level's first number.
 */
export function channelsLast(
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

/** Views numbers whose channels are planes: (A, C, H, W). */
function channelsFirst(data: Float32Array, grid: Size, channels: number): HeadView {
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

/** Finds two outputs per level: (N, A·C, H, W) or (N, H, W, A·C). */
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
      const depth = anchors.perCell * channels;
      const shape = headShape(names.layout, depth, grid.height, grid.width);
      const data = outputData(outputs, name, [batchOf(manifest), ...shape]);
      return names.layout === "nchw"
        ? channelsFirst(data, grid, channels)
        : channelsLast(data, 0, anchors, channels);
    };
    // The manifest's check guarantees one name per level.
    return {
      anchors,
      scores: view(names.scores[level]!, manifest.labels.length),
      deltas: view(names.deltas[level]!, 4),
    };
  });
}

/**
 * Finds the outputs of all levels, scores (N, R, K) and deltas (N, R, 4), and splits their R rows
 * by level: H·W·A rows each.
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
  const scores = outputData(outputs, names.scores, [batch, rows, classes]);
  const deltas = outputData(outputs, names.deltas, [batch, rows, 4]);
  let nextRow = 0;
  return levels.map((anchors) => {
    const row = nextRow;
    nextRow += anchorCount(anchors);
    return {
      anchors,
      scores: channelsLast(scores, row * classes, anchors, classes),
      deltas: channelsLast(deltas, row * 4, anchors, 4),
    };
  });
}

/** Returns the levels of joined heads: those of the anchor rule, or one level without a grid. */
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
  // Only the graph knows the number of rows. A missing output is refused when it is read.
  const count = outputs[names.deltas]?.shape.at(-2) ?? 0;
  return [listedAnchors(anchors, count, outputs, input)];
}
