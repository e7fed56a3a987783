import { feedsOf } from "../../detect/feeds.ts";
import { anchorCount, anchorOffset, headsOf, type LevelHeads } from "../../detect/heads.ts";
import { postprocess } from "../../detect/postprocess.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import { inputOf, readImage } from "../../detect/preprocess.ts";
import { resolveOptions } from "../../detect/resolve_options.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import { type HeadsManifest, isFinished } from "../../manifest/manifest.ts";
import type { Detection } from "../../ports/detector.ts";
import type { Runtime } from "../../ports/runtime.ts";

/** Maximum number of detections that are printed. */
const MAX_SHOWN = 6;

/**
 * Maximum plausible ratio of a box side to the side of its anchor, as a natural logarithm.
 * Torchvision limits predicted boxes to the same ratio.
 */
const MAX_GROWTH = Math.log(1000 / 16);

/**
 * Maximum share of implausibly large boxes without a warning.
 *
 * In tests with six models that have random weights in their last layers, the share was 0 to 22%.
 * With far too small `boxes.weights` in the manifests of these models, the share was 78 to 100%.
 */
const MAX_ABSURD = 0.5;

/** Detections of a model in one image. */
export interface ImageCheck {
  /** Detections, best score first. */
  readonly detections: readonly Detection[];
  /** Warning if most boxes are implausibly large. */
  readonly warnings: readonly string[];
}

/** Runs a model on one image. */
export async function checkImage(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  image: Uint8Array<ArrayBuffer>,
): Promise<ImageCheck> {
  const planned = await readImage(image, manifest, runtime.codec, DEFAULT_IMAGE_LIMITS);
  const { plan } = planned;
  const outputs = await session.run(
    feedsOf(manifest, inputOf(planned, manifest, runtime.codec), plan),
  );
  const detections = postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
  const warnings = isFinished(manifest)
    ? []
    : deltaWarnings(manifest, headsOf(manifest, outputs, plan.input));
  return { detections, warnings };
}

/** Formats the best detections in an image, and the warnings, for the user. */
export function imageReport({ detections, warnings }: ImageCheck): string {
  const shown = detections.slice(0, MAX_SHOWN).map(({ label, score, box }) => {
    const edges = Object.values(box).map((edge: number) => edge.toFixed(1)).join(", ");
    return `  ${label} ${score.toFixed(3)} [${edges}]`;
  });
  const rest = detections.length - shown.length;
  return [
    `${detections.length} detections in the image`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...warnings,
  ].join("\n");
}

/**
 * Returns a warning if most boxes are more than 62.5 times as wide or as high as their anchors.
 *
 * If most boxes are so large, the manifest probably has wrong box weights or names the wrong
 * output.
 */
export function deltaWarnings(
  { boxes }: Pick<HeadsManifest, "boxes">,
  levels: readonly LevelHeads[],
): string[] {
  if (boxes.kind !== "centre-size") return [];
  const [, , third, fourth] = boxes.weights;
  const weight = Math.min(third, fourth);
  let total = 0;
  let absurd = 0;
  for (const { anchors, deltas } of levels) {
    const count = anchorCount(anchors);
    total += count;
    for (let i = 0; i < count; i++) {
      const at = anchorOffset(deltas, anchors, i);
      const width = deltas.data[at + 2 * deltas.channelStep]!;
      const height = deltas.data[at + 3 * deltas.channelStep]!;
      // NaN also counts, because it fails the comparison.
      if (!(Math.max(width, height) / weight <= MAX_GROWTH)) absurd++;
    }
  }
  if (absurd <= total * MAX_ABSURD) return [];
  return [
    `Warning: ${absurd} of ${total} boxes are over 62.5 times as wide or as high as their ` +
    `anchor: boxes.weights, boxes.kind or outputs.deltas may be wrong`,
  ];
}
