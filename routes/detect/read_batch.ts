import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { readBody } from "../http/read_body.ts";
import type { Batch, BatchImage, BatchOptions } from "./batch_image.ts";
import { noImage, tooManyImages } from "./faults.ts";
import { formImages, MAX_FIELDS } from "./form_images.ts";
import { formParts } from "./form_parts.ts";
import { mediaTypeOf } from "./media_type.ts";
import { readDetectOptions } from "./options.ts";
import { textFields } from "./text_fields.ts";
import { withoutDrawing } from "./without_drawing.ts";
import { zipImages } from "./zip_images.ts";

/** Advice for a client that asks for a drawing of a batch. */
const REMEDY = "Use POST /detect instead";

/**
 * Reads several images: the parts `image` of a multipart form, or the files of a ZIP archive.
 *
 * @throws {DomainError} If the body is neither, is broken, or exceeds a limit.
 */
export async function readBatch(
  context: Context<AppEnv>,
  options: BatchOptions,
  lease: ByteLease,
): Promise<Batch> {
  const { bodyTimeoutMs: timeoutMs, maxBatchBytes } = options;
  const contentType = context.req.header("content-type") ?? "";
  const query = textFields(context.req.queries());
  const limits = { maxBytes: maxBatchBytes, maxBodyBytes: maxBatchBytes, timeoutMs, lease };
  const body = await readBody(context, limits);
  const isMultipart = mediaTypeOf(contentType).startsWith("multipart/");
  if (body.length === 0) throw noImage("the body is empty");
  if (!isMultipart && !isZip(body)) {
    throw new DomainError(
      "malformed-request",
      "Cannot read the batch as it must be a multipart form or a ZIP archive: it is neither. " +
        "With curl: -F image=@a.jpg -F image=@b.jpg, or --data-binary @photos.zip",
    );
  }
  if (!isMultipart) {
    lease.take(options.maxBytes); // for the file that is decompressed
    const asked = withoutDrawing(readDetectOptions(query), REMEDY);
    return { images: await started(zipImages(body, options)), options: asked };
  }
  const parts = formParts(body, contentType, options.maxBatch + MAX_FIELDS);
  const { images, fields } = formImages(parts, options.maxBytes);
  if (images.length === 0) throw noImages();
  if (images.length > options.maxBatch) throw tooManyImages(options.maxBatch, images.length);
  return { images, options: withoutDrawing(readDetectOptions({ ...query, ...fields }), REMEDY) };
}

/**
 * Waits for the first image of a batch.
 *
 * @throws {DomainError} `no-image` if the batch has no image, or the error of a broken archive.
 */
async function started(images: AsyncGenerator<BatchImage>): Promise<AsyncIterable<BatchImage>> {
  const first = await images.next();
  if (first.done) throw noImages();
  return (async function* () {
    yield first.value;
    yield* images;
  })();
}

function noImages(): DomainError {
  return noImage("the batch has no image");
}

/** Returns true if a body begins like a ZIP archive (APPNOTE.TXT, sections 4.3.7 and 4.3.16). */
function isZip(body: Uint8Array): boolean {
  const [p, k, third, fourth] = body;
  return p === 0x50 && k === 0x4b && (third === 3 && fourth === 4 || third === 5 && fourth === 6);
}
