import { type Manifest, parseManifest } from "../../manifest/manifest.ts";

/**
 * Sets properties of a manifest from the command line, and removes their guesses.
 *
 * @param settings Texts `path=value`: a path joined by dots, and JSON or plain text.
 * @throws {TypeError} If a text has no `=`, or names a property that the manifest does not have.
 * @throws {DomainError} `manifest-invalid`, if a value is not allowed.
 */
export function setProperties(manifest: Manifest, settings: readonly string[]): Manifest {
  const changed = structuredClone(manifest) as unknown as Record<string, unknown>;
  const guesses: Record<string, string> = { ...manifest.guesses };
  for (const setting of settings) {
    const [, path, text] = setting.match(/^([\w.]+)=(.*)$/s) ?? [];
    if (path === undefined || text === undefined) {
      throw new TypeError(`Cannot set "${setting}" as it must be a property, "=" and a value`);
    }
    setAt(changed, path, valueOf(text));
    delete guesses[path];
  }
  return parseManifest({ ...changed, guesses });
}

function setAt(owner: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop()!;
  let part = owner;
  for (const key of keys) {
    const next = Object.hasOwn(part, key) ? part[key] : undefined;
    if (typeof next !== "object" || next === null) {
      throw new TypeError(`Cannot set "${path}" as the manifest has no "${key}"`);
    }
    part = next as Record<string, unknown>;
  }
  Object.defineProperty(part, last, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Parses JSON; anything else is plain text, so that words need no quotes. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
