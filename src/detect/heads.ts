import type { Manifest } from "../../models/manifest.ts";
import { type AnchorLevel, anchorLevel, levelGrid } from "../core/anchors.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";
import { headShape } from "./head_shape.ts";

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

/** (1, A·C, H, W) or (1, H, W, A·C) per level. */
function headsPerLevel(
  manifest: Manifest,
  names: Manifest["outputs"] & { kind: "levels" },
  outputs: Readonly<Record<string, Tensor>>,
  input: Size,
): LevelHeads[] {
  return manifest.anchors.levels.map((level, i) => {
    const grid = levelGrid(level, input);
    const anchors = anchorLevel(manifest.anchors, level, input, grid);
    const view = (name: string, channels: number): HeadView => {
      const depth = anchors.perCell * channels;
      const shape = headShape(names.layout, depth, grid.height, grid.width);
      const data = dataOf(outputs, name, shape);
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

/** (1, R, C) over all levels, R = Σ H·W·A. */
function joinedHeads(
  manifest: Manifest,
  names: Manifest["outputs"] & { kind: "joined" },
  outputs: Readonly<Record<string, Tensor>>,
  input: Size,
): LevelHeads[] {
  const classes = manifest.labels.length;
  const levels = manifest.anchors.levels.map((level) =>
    anchorLevel(manifest.anchors, level, input, levelGrid(level, input))
  );
  const counts = levels.map(({ grid, perCell }) => grid.width * grid.height * perCell);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const scores = dataOf(outputs, names.scores, [1, total, classes]);
  const deltas = dataOf(outputs, names.deltas, [1, total, 4]);
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

/** The numbers of an output, once its shape is what the manifest makes of the input. */
function dataOf(
  outputs: Readonly<Record<string, Tensor | undefined>>,
  name: string,
  expected: readonly number[],
): Float32Array {
  const tensor = outputs[name];
  if (tensor?.shape.join() === expected.join()) return tensor.data;
  const found = tensor ? `its shape is [${tensor.shape.join(", ")}]` : "the run did not give it";
  throw new DomainError(
    "graph-mismatch",
    `Cannot read output "${name}" as ${found} where the manifest makes it [${expected.join(", ")}]`,
  );
}
