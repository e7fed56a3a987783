import { DomainError } from "../core/domain_error.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import type { EmbedLimits } from "./options.ts";

/**
 * Fills in the default of each limit that is unset.
 *
 * @throws {DomainError} `invalid-option`, naming a limit that is not a number of at least 1.
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
 * Refuses an option that is not a number of at least `least`. `Infinity` is accepted.
 *
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
