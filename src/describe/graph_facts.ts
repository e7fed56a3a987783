import type { HeadLayout } from "../core/head_layout.ts";
import type { BoxForm } from "../core/box_coder.ts";
import type { Size } from "../core/size.ts";
import type { FoundForm } from "./box_form.ts";
import type { ExtraFacts } from "./extra_inputs.ts";
import type { BoxConstant } from "./graph_hints.ts";
import type { RowCount } from "./solve_pyramid.ts";
import type { HeadEvidence } from "./which_head.ts";

/** Facts about the image input of a graph. */
export interface InputFacts {
  /** Name of the input in the graph. */
  readonly name: string;
  /** Element type. */
  readonly type: "float32" | "float16" | "uint8";
  /** Order of the dimensions. */
  readonly layout: "nchw" | "nhwc";
  /** Number of images per run, or null if the input has no batch dimension. */
  readonly batch: number | null;
  /** Size of the input in pixels, or null if the graph accepts any size. */
  readonly size: Size | null;
  /** Inputs other than the image, such as the image size. Unset: the image is the only input. */
  readonly extras?: readonly ExtraFacts[];
}

/**
 * Facts about the outputs of a graph with a class head and a box head for each level of the feature
 * pyramid. A head is an output of the graph.
 *
 * The class head contains one number per anchor and class. The box head contains four deltas per
 * anchor: the differences between the box and the anchor.
 */
export interface LevelsFacts {
  /** Kind of the outputs. */
  readonly kind: "levels";
  /** Order of the dimensions of the class heads and the box heads. */
  readonly layout: HeadLayout;
  /**
   * Names of the class heads (outputs with scores), from the level with the smallest cells to the
   * largest.
   */
  readonly scores: readonly string[];
  /** Names of the box heads, in the order of `scores`. */
  readonly deltas: readonly string[];
  /** Side of a grid cell in input pixels, for each level in the order of `scores`. */
  readonly strides: readonly number[];
  /** Number of anchors per cell. */
  readonly perCell: number;
  /** Number of classes. */
  readonly classes: number;
  /** Kind of fact that shows which outputs are class heads and which are box heads. */
  readonly evidence: HeadEvidence;
  /** Size of the input in the test runs, in pixels. */
  readonly size: Size;
  /** Constants and constant outputs of the graph that may contain the anchors. */
  readonly boxConstants: readonly BoxConstant[];
}

/**
 * Facts about the outputs of a graph with one class head and one box head. Each head is an output
 * with one row per anchor, for the anchors of all levels of the feature pyramid.
 */
export interface JoinedFacts {
  /** Kind of the outputs. */
  readonly kind: "joined";
  /** Name of the class head (output with scores). */
  readonly scores: string;
  /** Name of the box head (output for boxes). */
  readonly deltas: string;
  /** Name of the output that contains the anchors, or null if there is none. */
  readonly anchors: string | null;
  /** Unit of anchors and boxes: input pixels, or fractions of the input's sides (`unit`). */
  readonly space: "input" | "unit";
  /**
   * True if the box head contains complete boxes. False if it contains deltas, which are
   * differences between boxes and anchors.
   */
  readonly decoded: boolean;
  /** Form of the anchors or of the decoded boxes. Null: their values do not tell. */
  readonly form: BoxForm | null;
  /**
   * Number of rows (one per anchor) at one or two input sizes. The numbers of rows show which
   * levels the feature pyramid has.
   */
  readonly counts: readonly [RowCount, ...RowCount[]];
  /** Number of classes. */
  readonly classes: number;
  /** Kind of fact that shows which output is the class head and which is the box head. */
  readonly evidence: HeadEvidence;
  /**
   * True if the rows, one per anchor, are the last dimension of the class head and the box head:
   * `[images, classes, rows]` and `[images, 4, rows]`.
   */
  readonly transposed: boolean;
  /**
   * Order of the columns if the class head and the box head are one output of the shape
   * `[images, rows, 4 + classes]`. Null: each head is an output of its own.
   */
  readonly packed: "boxes-first" | "scores-first" | null;
  /** Constants of the graph that may contain the anchors. */
  readonly boxConstants: readonly BoxConstant[];
}

/** Facts about the outputs of a graph that applies NMS itself and returns detections. */
export interface FinishedFacts {
  /** Kind of the outputs. */
  readonly kind: "finished";
  /** Name of the output that contains the boxes. */
  readonly boxes: string;
  /**
   * Name of the output that contains the scores. Null: the scores are a column of the output
   * `boxes`.
   */
  readonly scores: string | null;
  /**
   * Name of the output that contains the class ids. Null: the class ids are a column of the output
   * `boxes`.
   */
  readonly labels: string | null;
  /**
   * Order of the columns if the output `boxes` also contains class ids and scores. Unset: the class
   * ids have an output of their own.
   */
  readonly columns?: "label-score-box" | "box-score-label";
  /** Name of the output that contains the number of detections. Null: there is no such output. */
  readonly count: string | null;
  /** True if the outputs have a batch dimension. */
  readonly batched: boolean;
  /** Unit of the boxes: input pixels, or fractions of the input's sides (`unit`). */
  readonly space: "input" | "unit";
  /** Form of the boxes. Null: their values do not tell which axis comes first. */
  readonly form: FoundForm | null;
  /**
   * Class ids that the graph returned in two test runs, ascending. Negative ids are omitted,
   * because they mark padding.
   */
  readonly classIds: readonly number[];
}

/**
 * Meaning of the numbers in a class head, the output with the scores.
 *
 * - `logits`: some numbers lie outside 0 to 1.
 * - `probabilities`: all numbers lie within 0 to 1.
 * - `distribution`: probabilities that sum to 1 over the classes of each anchor.
 * - null: the graph has no class head.
 */
export type ScoreKind = "logits" | "probabilities" | "distribution" | null;

/**
 * Facts about a graph, found in its declared inputs and outputs, and in two runs on test images.
 */
export interface GraphFacts {
  /** Facts about the input. */
  readonly input: InputFacts;
  /** Facts about the outputs. */
  readonly outputs: LevelsFacts | JoinedFacts | FinishedFacts;
  /** Meaning of the numbers in the class head (output with the scores). */
  readonly scores: ScoreKind;
  /** True if the meaning of the scores is certain. False if it is guessed from the values. */
  readonly scoresProven: boolean;
  /**
   * Class that has the best score of nearly all anchors, as only a background has. Null: there is
   * no such class.
   */
  readonly background: number | null;
}
