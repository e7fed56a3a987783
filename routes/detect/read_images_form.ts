import type { Context } from "hono";
import { ByteList } from "../../src/core/byte_list.ts";
import { tooManyBytes } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { readBody } from "../http/read_body.ts";
import type { Batch, BatchOptions } from "./batch_image.ts";
import { noImage, tooManyImages } from "./faults.ts";
import { formImages, MAX_FIELDS } from "./form_images.ts";
import { formParts, MAX_PARTS, PartCounter, tooManyParts } from "./form_parts.ts";
import { readDetectOptions } from "./options.ts";
import { formUploadOf } from "./read_form.ts";
import { MAX_OVERHEAD, type Upload } from "./read_upload.ts";
import { textFields } from "./text_fields.ts";
import { severalOptions } from "./without_drawing.ts";

/**
 * Reads a multipart form with one image or several in the field `image`.
 *
 * A form with one image has the limits of one image. A form with several has those of a batch.
 *
 * @throws {DomainError} If the form is invalid.
 */
export async function readImagesForm(
  context: Context<AppEnv>,
  options: BatchOptions,
  lease: ByteLease,
): Promise<Upload | Batch> {
  const { maxBytes, maxBatch } = options;
  const contentType = context.req.header("content-type") ?? "";
  const query = textFields(context.req.queries());
  const body = await readFormBody(context, contentType, options, lease);
  if (body.length === 0) throw noImage("the form is empty");
  const parts = formParts(body, contentType, Math.max(MAX_PARTS, maxBatch + MAX_FIELDS));
  const count = parts.filter(({ name, bytes }) => name === "image" && bytes.length > 0).length;
  if (count < 2) {
    if (body.length > maxBytes + MAX_OVERHEAD) {
      throw tooManyBytes(maxBytes, `the body has ${body.length}`);
    }
    if (parts.length > MAX_PARTS) throw tooManyParts(MAX_PARTS);
    const { bytes, fields } = formUploadOf(parts);
    return { bytes, options: readDetectOptions({ ...query, ...fields }) };
  }
  if (count > maxBatch) throw tooManyImages(maxBatch, count);
  const { images, fields } = formImages(parts, maxBytes);
  return { images, options: severalOptions(readDetectOptions({ ...query, ...fields })) };
}

/**
 * Reads the body of a form. Stops reading a body of unknown length as soon as its first image is
 * too large.
 */
async function readFormBody(
  context: Context<AppEnv>,
  contentType: string,
  { maxBytes, maxBatchBytes, bodyTimeoutMs: timeoutMs }: BatchOptions,
  lease: ByteLease,
): Promise<Uint8Array<ArrayBuffer>> {
  const maxBytesOfOne = maxBytes + MAX_OVERHEAD;
  const maxBodyBytes = Math.max(maxBytesOfOne, maxBatchBytes);
  const limits = { maxBytes, maxBodyBytes, timeoutMs, lease };
  if (context.req.header("content-length") !== undefined) return await readBody(context, limits);
  const list = new ByteList();
  const parts = new PartCounter(contentType);
  let size = 0;
  const onChunk = (chunk: Uint8Array) => {
    lease.take(chunk.length);
    list.add(chunk);
    parts.add(chunk);
    size += chunk.length;
    if (size > maxBytesOfOne && parts.count < 2) {
      throw tooManyBytes(maxBytes, "the body is longer");
    }
  };
  await readBody(context, { ...limits, onChunk });
  return list.joined();
}
