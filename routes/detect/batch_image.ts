import type { UploadOptions } from "./read_upload.ts";

/** Image of a batch. */
export interface BatchImage {
  /**
   * File name that the client chose. The server only repeats this name in the response. Unset: the
   * image has no file name.
   */
  readonly name?: string | undefined;
  /**
   * Returns the bytes of the image.
   *
   * @throws {DomainError} If this image cannot be read. The other images are not affected.
   */
  readonly read: () => Promise<Uint8Array>;
}

/** Options of `readBatch()`. */
export interface BatchOptions extends UploadOptions {
  /** Maximum number of images. */
  readonly maxBatch: number;
  /** Maximum bytes of the body, and of all images together. */
  readonly maxBatchBytes: number;
}
