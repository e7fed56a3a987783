import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import { DomainError } from "../core/domain_error.ts";

/**
 * Limits with every gap filled, also one that is there as undefined.
 *
 * @throws {DomainError} `invalid-option`, naming the one that is none.
 */
export function embedLimits(asked: Partial<ImageLimits> = {}): ImageLimits {
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
 * Holds an option to a number of at least so many; `Infinity` is one.
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
