import type { TileMerge } from "../core/tile_options.ts";

export type { TileMerge } from "../core/tile_options.ts";

/**
 * Rules of NMS (non-maximum suppression). `hard` drops a box that overlaps a better one too much.
 * Soft-NMS (Bodla et al. 2017) lowers its score instead: `soft-linear` by 1 − IoU above the IoU
 * threshold, `soft-gaussian` by e^(−IoU² / sigma).
 */
export const NMS_KINDS = ["hard", "soft-linear", "soft-gaussian"] as const;

/** Rule of NMS: one of {@linkcode NMS_KINDS}. */
export type NmsKind = typeof NMS_KINDS[number];

/** Options of one call. The defaults come from the model's manifest. */
export interface DetectOptions {
  /**
   * Score threshold, 0 to 1. Detections with a lower score are dropped. `postprocess.scoreTest` of
   * the manifest says if a score that equals the threshold is kept.
   *
   * @default `postprocess.score` of the manifest
   */
  readonly scoreThreshold?: number | undefined;
  /**
   * Threshold of the IoU (intersection over union) in non-maximum suppression (NMS), 0 to 1. If the
   * IoU of two boxes is greater, the box with the lower score is dropped. If
   * `postprocess.nms.perClass` is true in the manifest, only boxes of the same class are compared.
   * Models with NMS in the graph refuse this option.
   *
   * @default `postprocess.nms.iou` of the manifest
   */
  readonly iou?: number | undefined;
  /**
   * Maximum number of detections. The detections with the best scores are kept. The value must be 1
   * to 1000, or 1 to `postprocess.limit` of the manifest if this limit is greater than 1000.
   *
   * @default `postprocess.limit` of the manifest
   */
  readonly max?: number | undefined;
  /**
   * Labels of the classes to detect. Detections of other classes are dropped. Unset: all classes.
   */
  readonly classes?: readonly string[] | undefined;
  /**
   * Tiles into which the image is divided, so that the model sees small objects in more detail:
   * `auto`, or columns and rows such as `4x3`. The model runs once for each tile. `auto` chooses the
   * grid from the size of the image and of the model's input; an image that the model sees in full
   * detail is one tile. Unset: the model sees the image as a whole.
   */
  readonly tiles?: string | undefined;
  /**
   * Overlap of neighbouring tiles, as a fraction of a tile's side, 0 to 0.5. An object that is
   * smaller than the overlap is whole in at least one tile. Needs `tiles`.
   *
   * @default 0.2
   */
  readonly overlap?: number | undefined;
  /**
   * Way to merge overlapping boxes of different tiles. `nms`: the box with the best score is kept.
   * `wbf`: the boxes are averaged, weighted by their scores (weighted boxes fusion). Needs `tiles`.
   *
   * @default "nms"
   */
  readonly merge?: TileMerge | undefined;
  /**
   * True: the model also runs on the whole image, where it sees objects that are larger than a
   * tile. Needs `tiles`.
   *
   * @default true
   */
  readonly whole?: boolean | undefined;
  /**
   * Score thresholds of single classes by label, 0 to 1. They override `scoreThreshold`. Unset: all
   * classes have the same threshold.
   */
  readonly scoreThresholds?: Readonly<Record<string, number>> | undefined;
  /**
   * Rule of NMS. Models with NMS in the graph refuse this option.
   *
   * @default "hard"
   */
  readonly nms?: NmsKind | undefined;
  /**
   * Width of the Gaussian function of `soft-gaussian`, 0.01 to 10. A greater number lowers the
   * scores less. The other rules of NMS refuse this option.
   *
   * @default 0.5
   */
  readonly sigma?: number | undefined;
  /**
   * True: NMS compares boxes of all classes. False: NMS compares only boxes of the same class.
   * Models with NMS in the graph refuse this option.
   *
   * @default false, unless `postprocess.nms.perClass` of the manifest is false
   */
  readonly classAgnostic?: boolean | undefined;
  /**
   * True: each detection has an `Explanation`. Models with NMS in the graph refuse this
   * option.
   *
   * @default false
   */
  readonly explain?: boolean | undefined;
  /**
   * True: the result has `candidates`, on which NMS can run again with other options. Models with
   * NMS in the graph refuse this option.
   *
   * @default false
   */
  readonly keep?: boolean | undefined;
}
