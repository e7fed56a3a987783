import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { withProperty } from "./with_property.ts";

/**
 * Sets properties of a manifest from the command line. Removes these properties from the list of
 * guesses.
 *
 * @param settings Texts such as `input.colour=bgr`: the path of a property with dots, then its
 *   value as JSON or plain text.
 * @throws {TypeError} If a text has no `=`, or if the manifest does not have the property.
 * @throws {DomainError} `manifest-invalid`, if a value is not allowed.
 */
export function setProperties(manifest: Manifest, settings: readonly string[]): Manifest {
  let changed: object = manifest;
  const guesses: Record<string, string> = { ...manifest.guesses };
  for (const setting of settings) {
    const [, path, text] = setting.match(/^([\w.]+)=(.*)$/s) ?? [];
    if (path === undefined || text === undefined) {
      throw new TypeError(`Cannot set "${setting}" as it must be a property, "=" and a value`);
    }
    changed = withProperty(changed, path, valueOf(text));
    delete guesses[path];
  }
  return parseManifest({ ...changed, guesses });
}

/**
 * Parses a value as JSON. A value that is not JSON is taken as text, so a word needs no quotation
 * marks.
 */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
