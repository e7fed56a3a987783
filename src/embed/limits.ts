import { DomainError } from "../core/domain_error.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import type { EmbedLimits } from "./options.ts";

/**
 * Returns the limits of an image: the values that the caller set, and defaults for all other
 * limits.
 *
 * @throws {DomainError} `invalid-option`, if a limit is not a number of at least 1.
 */
export function embedLimits(asked: EmbedLimits = {}): ImageLimits {
  const {
    maxBytes = DEFAULT_IMAGE_LIMITS.maxBytes,
    maxPixels = DEFAULT_IMAGE_LIMITS.maxPixels,
    maxDecodedBytes = DEFAULT_IMAGE_LIMITS.maxDecodedBytes,
  } = asked;
  const limits = { maxBytes, maxPixels, maxDecodedBytes };
  for (const [name, value] of Object.entries(limits)) checkCount(`limits.${name}`, value, 1);
  return limits;
}

/**
 * Refuses an option that is not a number or is below `least`. `Infinity` is accepted.
 *
 * @param option Name of the option, for the error message.
 * @throws {DomainError} `invalid-option`.
 */
export function checkCount(option: string, value: unknown, least: number): void {
  if (typeof value === "number" && value >= least) return;
  throw new DomainError(
    "invalid-option",
    `Cannot make a detector as "${option}" must be a number of at least ${least}: ` +
      `current value is ${String(value)}`,
  );
}
