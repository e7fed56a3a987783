import type { Size } from "../core/size.ts";
import type { ExtraFacts } from "./extra_inputs.ts";
import type { BoxConstant } from "./graph_hints.ts";
import type { RowCount } from "./solve_pyramid.ts";
import type { HeadEvidence } from "./which_head.ts";

/** Facts about the input of a graph. */
export interface InputFacts {
  /** Name in the graph. */
  readonly name: string;
  /** Element type. */
  readonly type: "float32" | "float16" | "uint8";
  /** Order of the dimensions. */
  readonly layout: "nchw" | "nhwc";
  /** Number of images per run, or null if the input has no batch dimension. */
  readonly batch: number | null;
  /** Size of the input in pixels, or null if the graph accepts any size. */
  readonly size: Size | null;
  /** Inputs besides the image. Unset: none. */
  readonly extras?: readonly ExtraFacts[];
}

/**
 * Facts about the outputs of a graph with two heads (outputs) for each level of the feature
 * pyramid.
 *
 * The class head contains one number per anchor and class, the box head 4 deltas per anchor.
 */
export interface LevelsFacts {
  /** Discriminant. */
  readonly kind: "levels";
  /** Order of the dimensions of all heads. */
  readonly layout: "nchw" | "nhwc";
  /** Names of the class heads, from the level with the smallest cells to the largest. */
  readonly scores: readonly string[];
  /** Names of the box heads, in the same order. */
  readonly deltas: readonly string[];
  /** Side of a cell of each level, in input pixels. In the same order. */
  readonly strides: readonly number[];
  /** Number of anchors per cell. */
  readonly perCell: number;
  /** Number of classes. */
  readonly classes: number;
  /** Fact that showed which outputs are the class heads and which are the box heads. */
  readonly evidence: HeadEvidence;
}

/**
 * Facts about the outputs of a graph with two heads, each for all levels of the feature pyramid
 * together.
 */
export interface JoinedFacts {
  /** Discriminant. */
  readonly kind: "joined";
  /** Name of the class head. */
  readonly scores: string;
  /** Name of the box head. */
  readonly deltas: string;
  /** Name of the output that contains the anchors, or null if there is none. */
  readonly anchors: string | null;
  /** Unit of anchors and boxes: input pixels, or fractions of the input's sides (`unit`). */
  readonly space: "input" | "unit";
  /** True if the box head contains boxes instead of deltas. */
  readonly decoded: boolean;
  /** Form of the boxes if `decoded`: two corners, or centre with width and height. */
  readonly form: "xyxy" | "cxcywh";
  /** Number of rows at one or two input sizes. They show which levels the pyramid has. */
  readonly counts: readonly [RowCount, ...RowCount[]];
  /** Number of classes. */
  readonly classes: number;
  /** Fact that showed which output is the class head and which is the box head. */
  readonly evidence: HeadEvidence;
  /**
   * True if the rows, one per anchor, are the last dimension of both heads: `[images, classes, rows]`
   * and `[images, 4, rows]`.
   */
  readonly transposed: boolean;
  /**
   * Order of the columns if one output `[N, R, 4 + K]` contains both heads. Null: each head is an
   * output.
   */
  readonly packed: "boxes-first" | "scores-first" | null;
  /** Constants in the graph that have a row for each anchor, and may contain the anchors. */
  readonly boxConstants: readonly BoxConstant[];
}

/** Facts about the outputs of a graph that applies NMS itself and returns finished detections. */
export interface FinishedFacts {
  /** Discriminant. */
  readonly kind: "finished";
  /** Name of the output that contains the boxes. */
  readonly boxes: string;
  /**
   * Name of the output that contains the scores. Null: each score follows the four numbers of its
   * box.
   */
  readonly scores: string | null;
  /** Name of the output that contains the class ids. Null: they are a column of the boxes. */
  readonly labels: string | null;
  /** Order of the columns if the boxes contain class ids and scores. Unset: they do not. */
  readonly columns?: "label-score-box" | "box-score-label";
  /** Name of the output that contains the number of detections. Null: there is no such output. */
  readonly count: string | null;
  /** True if the outputs have a batch dimension. */
  readonly batched: boolean;
  /** Unit of the boxes: input pixels, or fractions of the input's sides (`unit`). */
  readonly space: "input" | "unit";
  /**
   * Class ids that the graph returned in its two test runs, ascending. Negative ids are padding and
   * left out.
   */
  readonly classIds: readonly number[];
}

/**
 * Meaning of the numbers of a class head, concluded from their values in two test runs.
 *
 * - `logits`: some numbers lie outside 0 to 1.
 * - `probabilities`: all numbers lie within 0 to 1.
 * - `distribution`: probabilities that sum to 1 over the classes of each anchor.
 * - null: the graph has no class head.
 */
export type ScoreKind = "logits" | "probabilities" | "distribution" | null;

/** Facts about a graph, found in its declared inputs and outputs and in two runs on test images. */
export interface GraphFacts {
  /** Facts about the input. */
  readonly input: InputFacts;
  /** Facts about the outputs. */
  readonly outputs: LevelsFacts | JoinedFacts | FinishedFacts;
  /** Meaning of the numbers in the class head. */
  readonly scores: ScoreKind;
  /** True if an operation of the graph shows the meaning. False if only the values suggest it. */
  readonly scoresProven: boolean;
}
