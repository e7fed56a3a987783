import type { ResizePlan } from "../core/resize_plan.ts";
import { isFinished, type Manifest } from "../manifest/manifest.ts";
import type { Detection, KeptCandidates } from "../ports/detector.ts";
import type { Tensor } from "../ports/session.ts";
import { detectionsOf } from "./detections.ts";
import { finishedDetections } from "./finished_detections.ts";
import { headsOf } from "./heads.ts";
import { keepCandidates } from "./kept_candidates.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/**
 * Turns the outputs of a run into detections.
 *
 * @param outputs Outputs of the graph. The key is the name of an output.
 * @param plan Resize plan of the image that the graph ran on.
 * @returns Detections, best first. Boxes are in source pixels, after the EXIF orientation is
 *   applied.
 * @throws {DomainError} `graph-mismatch`, if the outputs do not match the manifest.
 */
export function postprocess(
  manifest: Manifest,
  outputs: Readonly<Record<string, Tensor>>,
  plan: ResizePlan,
  options: ResolvedOptions,
): Detection[] {
  if (isFinished(manifest)) return finishedDetections(manifest, outputs, plan, options);
  return detectionsOf(headsOf(manifest, outputs, plan.input), plan, manifest, options);
}

/**
 * Returns the candidates of a run, or undefined if the caller did not ask for them.
 *
 * @param outputs Outputs of the graph. The key is the name of an output.
 * @param plan Resize plan of the image that the graph ran on.
 */
export function candidatesOfRun(
  manifest: Manifest,
  outputs: Readonly<Record<string, Tensor>>,
  plan: ResizePlan,
  options: ResolvedOptions,
): KeptCandidates | undefined {
  if (!options.keep || isFinished(manifest)) return undefined;
  return keepCandidates(headsOf(manifest, outputs, plan.input), plan, manifest, options);
}
