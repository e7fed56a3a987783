import type { HeadsManifest } from "../manifest/manifest.ts";
import type { ResolvedOptions } from "./resolve_options.ts";
import { scoreScale } from "./score_scale.ts";

/** Conversion between scores and values of the network, with thresholds of single classes. */
export interface ClassScales {
  /** Threshold for logits or scores below which no class passes. */
  readonly cut: number;
  /** `[K]` thresholds of the K classes. Undefined: all classes have the threshold `cut`. */
  readonly classCuts: Float64Array | undefined;
  /** Converts an output value of the network to a score, 0 to 1. */
  readonly scoreOf: (value: number) => number;
  /** Returns true if a score passes the score threshold of a class. */
  readonly passes: (score: number, classId: number) => boolean;
}

/** Converts the score threshold of a call and the thresholds of single classes. */
export function classScales(
  { labels, postprocess }: Pick<HeadsManifest, "labels"> & {
    readonly postprocess: Pick<HeadsManifest["postprocess"], "activation" | "scoreTest">;
  },
  { scoreThreshold, classThresholds }: ResolvedOptions,
): ClassScales {
  const base = scoreScale(postprocess, scoreThreshold);
  if (classThresholds.size === 0) return { ...base, classCuts: undefined };
  const own = new Map([...classThresholds].map(([classId, threshold]) => [
    classId,
    scoreScale(postprocess, threshold),
  ]));
  const classCuts = Float64Array.from(labels, (_, classId) => own.get(classId)?.cut ?? base.cut);
  return {
    cut: Math.min(...classCuts),
    classCuts,
    scoreOf: base.scoreOf,
    passes: (score, classId) => (own.get(classId) ?? base).passes(score),
  };
}
