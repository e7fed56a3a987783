import type { ImageLimits } from "../image/limits.ts";
import type { Config } from "./config.ts";

/** Returns the image limits of a configuration. */
export function imageLimits(config: Config): ImageLimits {
  return {
    maxBytes: config.MAX_BYTES,
    maxPixels: config.MAX_PIXELS,
    maxDecodedBytes: config.MAX_DECODED_BYTES,
    maxTiles: config.MAX_TILES,
  };
}
