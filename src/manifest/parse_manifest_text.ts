import { DomainError } from "../core/domain_error.ts";

/**
 * A manifest's text as JSON, not yet checked.
 *
 * @throws {DomainError} `manifest-invalid`, if it is no JSON.
 */
export function parseManifestText(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DomainError(
      "manifest-invalid",
      `Cannot use the manifest of "${id}" as it is no JSON: ${(error as Error).message}`,
    );
  }
}
