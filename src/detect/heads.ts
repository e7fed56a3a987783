import type { Manifest } from "../../models/manifest.ts";
import { type AnchorLevel, anchorLevel, levelGrid } from "../core/anchors.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";

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
  /** Logits, one channel per class. */
  readonly scores: HeadView;
  /** Box deltas, 4 channels. */
  readonly deltas: HeadView;
}

/**
 * Finds each level's heads in the outputs of a run.
 *
 * @param input Size of the padded input that was run.
 * @throws {DomainError} `graph-mismatch`, if a shape is not what the manifest makes of the input.
 */
export function headsOf(
  manifest: Manifest,
  outputs: Readonly<Record<string, Tensor>>,
  input: Size,
): LevelHeads[] {
  return manifest.outputs.kind === "levels"
    ? headsPerLevel(manifest, manifest.outputs, outputs, input)
    : joinedHeads(manifest, manifest.outputs, outputs, input);
}

/** (1, A·C, H, W) or (1, H, W, A·C) per level; the grid is the one that the graph made. */
function headsPerLevel(
  manifest: Manifest,
  names: Manifest["outputs"] & { kind: "levels" },
  outputs: Readonly<Record<string, Tensor>>,
  input: Size,
): LevelHeads[] {
  return manifest.anchors.levels.map((level, i) => {
    const scores = outputs[names.scores[i]];
    const deltas = outputs[names.deltas[i]];
    const grid = names.layout === "nchw"
      ? { height: scores.shape[2], width: scores.shape[3] }
      : { height: scores.shape[1], width: scores.shape[2] };
    const anchors = anchorLevel(manifest.anchors, level, input, grid);
    const view = (tensor: Tensor, name: string, channels: number): HeadView => {
      const depth = anchors.perCell * channels;
      const shape = names.layout === "nchw"
        ? [1, depth, grid.height, grid.width]
        : [1, grid.height, grid.width, depth];
      checkShape(name, tensor.shape, shape);
      return names.layout === "nchw"
        ? planes(tensor.data, grid, channels)
        : rows(tensor.data, 0, anchors, channels);
    };
    return {
      anchors,
      scores: view(scores, names.scores[i], manifest.labels.length),
      deltas: view(deltas, names.deltas[i], 4),
    };
  });
}

/** (1, R, C) over all levels, R = Σ H·W·A; the grids follow from the input and the strides. */
function joinedHeads(
  manifest: Manifest,
  names: Manifest["outputs"] & { kind: "joined" },
  outputs: Readonly<Record<string, Tensor>>,
  input: Size,
): LevelHeads[] {
  const classes = manifest.labels.length;
  const [scores, deltas] = [outputs[names.scores], outputs[names.deltas]];
  let row = 0;
  const levels = manifest.anchors.levels.map((level) => {
    const anchors = anchorLevel(manifest.anchors, level, input, levelGrid(level, input));
    const heads = {
      anchors,
      scores: rows(scores.data, row * classes, anchors, classes),
      deltas: rows(deltas.data, row * 4, anchors, 4),
    };
    row += anchors.grid.width * anchors.grid.height * anchors.perCell;
    return heads;
  });
  checkShape(names.scores, scores.shape, [1, row, classes]);
  checkShape(names.deltas, deltas.shape, [1, row, 4]);
  return levels;
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

function rows(
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

function checkShape(name: string, found: readonly number[], expected: readonly number[]): void {
  if (found.join() === expected.join()) return;
  throw new DomainError(
    "graph-mismatch",
    `Cannot read output "${name}" as its shape is [${found.join(", ")}] ` +
      `where the manifest makes it [${expected.join(", ")}]`,
  );
}
