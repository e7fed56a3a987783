import { detectorOf } from "../../detect/detector.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import { goldenDifferences, type GoldenTolerance } from "../../eval/golden_differences.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { comparable, type Golden } from "../eval_files/golden_file.ts";
import { readImageFile } from "../shared/arguments.ts";
import { diagnose } from "./diagnose.ts";
import { fitToGoldens } from "./fit_golden.ts";
import { rememberRun } from "./remember_run.ts";

/** Comparison of the detections of the model with those of its own framework. */
export interface GoldenCheck {
  /** Name and version of the framework. */
  readonly framework: string;
  /** Numbers of detections of the model and of the framework. */
  readonly counts: { readonly found: number; readonly golden: number };
  /** Maximum differences of equal detections. */
  readonly tolerance: GoldenTolerance;
  /** True if all detections are equal within the tolerance. */
  readonly isEqual: boolean;
  /** One text per difference. */
  readonly differences: readonly string[];
  /** Properties of the manifest that are likely to be wrong, as sentences. */
  readonly reasons: readonly string[];
}

/**
 * Compares the detections of a model with those of its own framework. If they differ, finds the
 * properties of the manifest that are likely to be wrong.
 */
export async function compareGolden(
  runtime: Runtime,
  loaded: LoadedModel,
  golden: Golden,
  tolerance: GoldenTolerance,
): Promise<GoldenCheck> {
  const image = await readImageFile(golden.image);
  const { manifest } = loaded;
  const session = rememberRun(loaded.session);
  const detect = async (each: Manifest) => {
    const detector = detectorOf(runtime, { manifest: each, session });
    const { detections } = await detector.detect(image, { scoreThreshold: golden.score });
    return detections.map(comparable);
  };
  const found = await detect(manifest);
  const differences = goldenDifferences(found, golden.detections, tolerance);
  const isEqual = differences.length === 0;
  const reasons = isEqual ? [] : await diagnose(manifest, {
    ...{ golden, tolerance, found, detect },
    fit: () => fitToGoldens(runtime, loaded, [golden]),
  });
  const counts = { found: found.length, golden: golden.detections.length };
  return { framework: golden.framework, counts, tolerance, isEqual, differences, reasons };
}
