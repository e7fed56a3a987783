import type { Size } from "../core/size.ts";

/** Facts about the input of a graph. */
export interface InputFacts {
  /** Name in the graph. */
  readonly name: string;
  /** Element type. */
  readonly type: "float32" | "float16" | "uint8";
  /** Order of the dimensions. */
  readonly layout: "nchw" | "nhwc";
  /** Images per run, or null without a batch dimension. */
  readonly batch: number | null;
  /** Size if the graph fixes it, in pixels, else null. */
  readonly size: Size | null;
}

/** Facts about a graph with a class head and a box head per level. */
export interface LevelsFacts {
  /** Discriminant. */
  readonly kind: "levels";
  /** Order of the heads' dimensions. */
  readonly layout: "nchw" | "nhwc";
  /** Names of the class heads, finest level first. */
  readonly scores: readonly string[];
  /** Names of the box heads, finest level first. */
  readonly deltas: readonly string[];
  /** Input pixels per cell, finest level first. */
  readonly strides: readonly number[];
  /** Anchors per cell. */
  readonly perCell: number;
  /** Channels of a class head. */
  readonly classes: number;
}

/** Facts about outputs that are two heads over all levels. */
export interface JoinedFacts {
  /** Discriminant. */
  readonly kind: "joined";
  /** Name of the class head. */
  readonly scores: string;
  /** Name of the box head. */
  readonly deltas: string;
  /** Name of the anchors if the graph returns them, else null. */
  readonly anchors: string | null;
  /** Unit of anchors and decoded boxes: input pixels, or fractions of the input's sides. */
  readonly space: "input" | "unit";
  /** True if the box head holds boxes instead of deltas. */
  readonly decoded: boolean;
  /** Anchors per cell if the rows belong to five levels from stride 8, else null. */
  readonly perCell: number | null;
  /** Columns of the class head. */
  readonly classes: number;
}

/** Facts about outputs that are detections. */
export interface FinishedFacts {
  /** Discriminant. */
  readonly kind: "finished";
  /** Name of the boxes. */
  readonly boxes: string;
  /** Name of the scores. */
  readonly scores: string;
  /** Name of the class ids. */
  readonly labels: string;
  /** Name of the number of valid rows, or null without one. */
  readonly count: string | null;
  /** True if the outputs have a batch dimension. */
  readonly batched: boolean;
  /** Unit of the boxes: input pixels, or fractions of the input's sides. */
  readonly space: "input" | "unit";
}

/**
 * Meaning of the numbers of a class head, judged by their values.
 *
 * - `logits`: some lie outside 0 to 1.
 * - `probabilities`: all lie within 0 to 1.
 * - `distribution`: probabilities whose rows sum to 1.
 * - null: the graph has no class head.
 */
export type ScoreKind = "logits" | "probabilities" | "distribution" | null;

/** Facts about a graph, from its declarations and from two runs on synthetic images. */
export interface GraphFacts {
  /** Facts about the input. */
  readonly input: InputFacts;
  /** Facts about the outputs. */
  readonly outputs: LevelsFacts | JoinedFacts | FinishedFacts;
  /** Meaning of the class head's numbers. */
  readonly scores: ScoreKind;
}
