import type { ByteLease } from "../http/byte_budget.ts";
import type { UploadOptions } from "./read_upload.ts";
import type { withoutDrawing } from "./without_drawing.ts";

/** Image of a batch. */
export interface BatchImage {
  /**
   * File name that the client chose. The server only repeats this name in the response. Unset: the
   * image has no file name.
   */
  readonly name?: string | undefined;
  /**
   * Returns the bytes of the image. Called once.
   *
   * @param lease Part of the memory budget for bytes that are not in the body of the request, such
   *   as those of an image that is fetched by its URL.
   * @throws {DomainError} If this image cannot be read. The other images are not affected.
   */
  readonly read: (lease: ByteLease) => Promise<Uint8Array>;
}

/** Images of a request, and the options for all of them. */
export interface Batch {
  /** Images in the order of the request. */
  readonly images: AsyncIterable<BatchImage> | readonly BatchImage[];
  /** Detection options from the query and the body. */
  readonly options: ReturnType<typeof withoutDrawing>;
}

/** Options of `readBatch()`. */
export interface BatchOptions extends UploadOptions {
  /** Maximum number of images. */
  readonly maxBatch: number;
  /** Maximum bytes of the body, and of all images together. */
  readonly maxBatchBytes: number;
}
