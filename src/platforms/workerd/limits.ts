/**
 * Limits of one image and one graph in the 128 MB of a Worker.
 *
 * An engine with a graph of 12 MB takes 54 MB, a decoder takes up to 20 MB itself, and an uploaded
 * image of 10 MB is in memory two or three times. That leaves 32 MB for pixels. A JPEG of one scan
 * is decoded at a reduced scale and takes a fraction of that, also one of 64 megapixels; a PNG of 4
 * megapixels takes all of it.
 */
export const WORKERD_LIMITS = {
  /** Maximum bytes of an image file. */
  maxBytes: 10_000_000,
  /** Maximum pixels of an image. */
  maxPixels: 64_000_000,
  /** Maximum bytes that decoding an image may take. */
  maxDecodedBytes: 32_000_000,
  /** Maximum bytes of a graph, wherever it comes from. */
  maxModelBytes: 32_000_000,
} as const;

/** Maximum bytes of a static asset of Workers. */
export const MAX_ASSET_BYTES = 25 * 1024 * 1024;
