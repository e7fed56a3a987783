import type { Size } from "../core/size.ts";

/** What a graph's input tells of itself. */
export interface InputFacts {
  /** Name in the graph. */
  readonly name: string;
  /** Number type. */
  readonly type: "float32" | "float16" | "uint8";
  /** Order of its sides. */
  readonly layout: "nchw" | "nhwc";
  /** Images per run; null without such a side. */
  readonly batch: number | null;
  /** Its size where the graph fixes it, else null. */
  readonly size: Size | null;
}

/** One pair of heads per level. */
export interface LevelsFacts {
  /** Names the variant. */
  readonly kind: "levels";
  /** Order of the heads' sides. */
  readonly layout: "nchw" | "nhwc";
  /** Names of the class heads, finest level first. */
  readonly scores: readonly string[];
  /** Names of the box heads, finest level first. */
  readonly deltas: readonly string[];
  /** Input pixels per cell, finest level first. */
  readonly strides: readonly number[];
  /** Anchors per cell. */
  readonly perCell: number;
  /** Columns of a class head. */
  readonly classes: number;
}

/** All levels in one pair of heads. */
export interface JoinedFacts {
  /** Names the variant. */
  readonly kind: "joined";
  /** Name of the class head. */
  readonly scores: string;
  /** Name of the box head. */
  readonly deltas: string;
  /** Name of the anchors, where the graph puts them out. */
  readonly anchors: string | null;
  /** Whether anchors, or decoded boxes, are parts of the input's sides. */
  readonly space: "input" | "unit";
  /** Whether the box head holds boxes. */
  readonly decoded: boolean;
  /** Anchors per cell of the five levels from stride 8; null if the rows are no multiple. */
  readonly perCell: number | null;
  /** Columns of the class head. */
  readonly classes: number;
}

/** Detections. */
export interface FinishedFacts {
  /** Names the variant. */
  readonly kind: "finished";
  /** Name of the boxes. */
  readonly boxes: string;
  /** Name of the scores. */
  readonly scores: string;
  /** Name of the class ids. */
  readonly labels: string;
  /** Name of the number of rows that are meant. */
  readonly count: string | null;
  /** Whether there is a batch side. */
  readonly batched: boolean;
  /** Whether boxes are parts of the input's sides. */
  readonly space: "input" | "unit";
}

/**
 * What the numbers of a class head are: `logits`; `probabilities`, all within 0 and 1;
 * `distribution`, whose rows sum to 1 besides; null where there is no class head.
 */
export type ScoreKind = "logits" | "probabilities" | "distribution" | null;

/** What a graph tells of itself: by its declarations, and by two runs on made-up images. */
export interface GraphFacts {
  /** Of the input. */
  readonly input: InputFacts;
  /** Of the outputs. */
  readonly outputs: LevelsFacts | JoinedFacts | FinishedFacts;
  /** Of the class head. */
  readonly scores: ScoreKind;
}
