import { DomainError } from "../core/domain_error.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/**
 * Parses and checks the text of a manifest.
 *
 * @param id Model id or URL, for error messages.
 * @param text Content of the manifest's file.
 * @throws {DomainError} `manifest-invalid`, if the text is not JSON or not a valid manifest.
 */
export function parseManifestText(id: string, text: string): Manifest {
  return parseManifest(parseManifestJson(id, text));
}

/**
 * Parses the text of a manifest without checking its properties.
 *
 * @param id Model id or URL, for error messages.
 * @param text Content of the manifest's file.
 * @throws {DomainError} `manifest-invalid`, if the text is not JSON.
 */
export function parseManifestJson(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DomainError(
      "manifest-invalid",
      `Cannot use the manifest of "${id}" as it is not JSON: ${(error as Error).message}`,
    );
  }
}
