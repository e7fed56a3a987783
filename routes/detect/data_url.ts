import { DomainError } from "../../src/core/domain_error.ts";

/** Returns true if a text begins with `data:`. */
export function isDataUrl(text: string): boolean {
  return /^\s*data:/i.test(text);
}

/** Returns the error for a data URL without a comma. */
export function noComma(): DomainError {
  return new DomainError(
    "malformed-request",
    'Cannot read "image" as a data URL must have a comma before its data: data:image/TYPE;base64,',
  );
}
