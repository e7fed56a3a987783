/**
 * What one image and one graph may weigh in the 128 MB of a Worker.
 *
 * An engine with a graph of 12 MB takes 54, a decoder up to 20 of itself, and an image as it came 10
 * two or three times; 32 are left for pixels. A JPEG is decoded at a reduced scale and takes a
 * fraction of them; a PNG of 4 megapixels takes all.
 */
export const WORKERD_LIMITS = {
  /** Bytes of an image's file. */
  maxBytes: 10_000_000,
  /** Pixels of an image. */
  maxPixels: 40_000_000,
  /** Bytes that decoding one may take. */
  maxDecodedBytes: 32_000_000,
  /** Bytes of a graph that lies in a bucket. */
  maxModelBytes: 32_000_000,
} as const;
