import { open } from "../../describe/guess.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { setProperties } from "./set_properties.ts";

/** Options of `model new` that change a draft. */
export interface DraftChanges {
  /** Values of `--set`. */
  readonly set: readonly string[];
  /** Fits the anchors to the golden files of `--golden`. Unset: there are no golden files. */
  readonly fit?: ((manifest: Manifest) => Promise<Manifest>) | undefined;
}

/**
 * Applies options of the user to a draft. An option that cannot be applied becomes an open question
 * of the manifest, so that no option is lost.
 */
export async function applyOptions(
  draft: Manifest,
  { set, fit }: DraftChanges,
): Promise<Manifest> {
  const changed = setWherePossible(draft, set);
  if (fit === undefined) return changed;
  try {
    return await fit(changed);
  } catch (error) {
    return withQuestion(changed, "anchors", error);
  }
}

/** Sets all properties together, because one may need another. If this fails, one by one. */
function setWherePossible(draft: Manifest, settings: readonly string[]): Manifest {
  try {
    return setProperties(draft, settings);
  } catch {
    return settings.reduce((manifest, setting) => {
      try {
        return setProperties(manifest, [setting]);
      } catch (error) {
        const [property = setting] = setting.split("=");
        return withQuestion(manifest, property || setting, error, `--set ${setting}: `);
      }
    }, draft);
  }
}

function withQuestion(
  manifest: Manifest,
  property: string,
  error: unknown,
  option = "",
): Manifest {
  const question = open(`${option}${(error as Error).message}`);
  return { ...manifest, guesses: { ...manifest.guesses, [property]: question } };
}
