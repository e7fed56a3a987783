import type { Context } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import type { Batch, BatchOptions } from "./batch_image.ts";
import { isJson, mediaTypeOf } from "./media_type.ts";
import { readImagesForm } from "./read_images_form.ts";
import { readImagesJson } from "./read_images_json.ts";
import { readUpload, type Upload } from "./read_upload.ts";

/**
 * Reads the image of a request as `readUpload()` does, or several images: the fields `image` of a
 * multipart form, or the list `images` of a JSON body.
 *
 * @throws {DomainError} If the request is invalid. Several images are limited like a batch.
 */
export async function readImages(
  context: Context<AppEnv>,
  options: BatchOptions,
  lease: ByteLease,
): Promise<Upload | Batch> {
  const type = mediaTypeOf(context.req.header("content-type") ?? "");
  if (type.startsWith("multipart/")) return await readImagesForm(context, options, lease);
  if (isJson(type)) return await readImagesJson(context, options, lease);
  return await readUpload(context, options, lease);
}
