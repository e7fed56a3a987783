import { expectedOutputs } from "../../detect/expected_tensors.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Session } from "../../ports/session.ts";

/**
 * Names the outputs of a graph that its manifest does not use, for example the centre-ness of FCOS,
 * on which scores depend.
 *
 * @param known Names of outputs from which the manifest was made, such as anchors.
 * @returns Sentence for the user. Null: the manifest uses all outputs.
 */
export function unusedOutputs(
  manifest: Manifest,
  { outputs }: Pick<Session, "outputs">,
  known: readonly string[] = [],
): string | null {
  const used = new Set([...expectedOutputs(manifest).map(({ name }) => name), ...known]);
  const unused = outputs.filter(({ name }) => !used.has(name)).map(({ name }) => `"${name}"`);
  if (unused.length === 0) return null;
  return `the manifest does not use the output ${
    unused.join(", ")
  }: if scores or boxes depend on ` +
    "it (as on centre-ness in FCOS), they are wrong";
}
