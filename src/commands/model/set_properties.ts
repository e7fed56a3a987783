import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { withProperty } from "./with_property.ts";

/**
 * Sets properties of a manifest from the command line, and removes their guesses.
 *
 * @param settings Texts `path=value`: a path joined by dots, and JSON or plain text.
 * @throws {TypeError} If a text has no `=`, or names a property that the manifest does not have.
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

/** Parses JSON; anything else is plain text, so that words need no quotes. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
