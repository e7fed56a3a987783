/**
 * Limits of an image and of a graph (the ONNX file of a model) in a Cloudflare Worker. A Cloudflare
 * Worker has 128 MB of memory.
 *
 * The engine with a graph of 12 MB takes 54 MB. A decoder takes up to 20 MB. An image file of 10 MB
 * is in memory two or three times. About 32 MB of the memory are left for the pixels of the image.
 *
 * A PNG of 4 megapixels takes all of these 32 MB. A baseline JPEG takes less, even with 64
 * megapixels, because such a JPEG can be decoded at a reduced size.
 */
export const WORKERD_LIMITS = {
  /** Maximum bytes of an image file. */
  maxBytes: 10_000_000,
  /** Maximum pixels of an image. */
  maxPixels: 64_000_000,
  /** Maximum bytes of memory for decoding an image. */
  maxDecodedBytes: 32_000_000,
  /** Maximum bytes of memory for candidates that clients keep. */
  keepMemory: 2_000_000,
  /** Maximum bytes of a graph. Static assets have the lower limit {@linkcode MAX_ASSET_BYTES}. */
  maxModelBytes: 32_000_000,
} as const;

/**
 * Value of the option `hasRoomBeside` of a pool. The pixels and tensors of two images could exceed
 * the 128 MB. Without room beside, a call does not pause between its tiles either: a pause might
 * never end, because a timer ends with the request in which the call started to run.
 */
export const HAS_ROOM_BESIDE = false;

/**
 * Returns the maximum bytes of the bodies of all requests together. An image file can be in memory
 * three times: as received chunks, as one buffer, and inside the decoder.
 *
 * @param maxBytes Maximum bytes of an image file.
 */
export function bodyMemoryFor(maxBytes: number): number {
  return 2 * maxBytes;
}

/** Maximum bytes of a file in the static assets of a Cloudflare Worker. */
export const MAX_ASSET_BYTES = 25 * 1024 * 1024;
