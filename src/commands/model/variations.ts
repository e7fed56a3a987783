import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { type Alternative, alternativeSizes, alternativesTo } from "./alternatives.ts";
import { withProperty } from "./with_property.ts";

/** Manifest that differs from the original manifest in one property. */
export interface Variation {
  /** Changed property with its value, for example `input.colour = "bgr"`. */
  readonly change: string;
  /** Description of the effect that a wrong value has on the detections. */
  readonly symptom: string;
  /** Valid manifest with the changed property. */
  readonly manifest: Manifest;
}

/**
 * Lists manifests that differ from the given one in one property. Only properties that often differ
 * between frameworks are changed.
 *
 * Leaves out manifests that are invalid or equal to the given one.
 */
export function variationsOf(manifest: Manifest): Variation[] {
  return validOf(manifest, alternativesTo(manifest));
}

/**
 * Lists manifests with rarer values of one property: other sizes of the input. Leaves out manifests
 * that are invalid or equal to the given one.
 */
export function rarerVariationsOf(manifest: Manifest): Variation[] {
  return validOf(manifest, alternativeSizes(manifest));
}

function validOf(manifest: Manifest, alternatives: readonly Alternative[]): Variation[] {
  const own = JSON.stringify(manifest);
  return alternatives.flatMap(({ property, value, symptom }) => {
    try {
      const changed = parseManifest(withProperty(manifest, property, value));
      if (JSON.stringify(changed) === own) return [];
      return [{ change: `${property} = ${JSON.stringify(value)}`, symptom, manifest: changed }];
    } catch {
      return []; // the manifest does not have the property, or the value is invalid
    }
  });
}

/**
 * Runs a task with each variation of a manifest.
 *
 * @param run Task. A variation for which the task throws an error is left out, because the
 *   variation does not fit the graph.
 */
export async function tryVariations<Result>(
  manifest: Manifest,
  run: (manifest: Manifest) => Promise<Result>,
): Promise<(Variation & { readonly result: Result })[]> {
  const tried: (Variation & { readonly result: Result })[] = [];
  for (const variation of variationsOf(manifest)) {
    const result = await run(variation.manifest).catch(() => undefined);
    if (result !== undefined) tried.push({ ...variation, result });
  }
  return tried;
}
