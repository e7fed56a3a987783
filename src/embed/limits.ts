import { checkOptions } from "../core/check_options.ts";
import { DEFAULT_IMAGE_LIMITS, DEFAULT_MAX_TILES, type ImageLimits } from "../image/limits.ts";
import { LIMIT_RULES } from "./option_rules.ts";
import type { EmbedLimits } from "./options.ts";

/**
 * Returns the limits of an image: the values that the caller set, and defaults for all other
 * limits.
 *
 * @throws {DomainError} `invalid-option`, if the name of a limit is unknown, or if a limit is not a
 *   number of at least 1.
 */
export function embedLimits(asked: EmbedLimits = {}): ImageLimits {
  const {
    maxBytes = DEFAULT_IMAGE_LIMITS.maxBytes,
    maxPixels = DEFAULT_IMAGE_LIMITS.maxPixels,
    maxDecodedBytes = DEFAULT_IMAGE_LIMITS.maxDecodedBytes,
    maxTiles = DEFAULT_MAX_TILES,
  } = checkOptions(asked, LIMIT_RULES, { action: "create a detector", prefix: "limits." });
  return { maxBytes, maxPixels, maxDecodedBytes, maxTiles };
}
