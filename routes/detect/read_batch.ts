import type { Context } from "hono";
import { DomainError, tooManyBytes } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { readBody } from "../http/read_body.ts";
import type { BatchImage, BatchOptions } from "./batch_image.ts";
import { noImage } from "./faults.ts";
import { type FormPart, formParts } from "./form_parts.ts";
import { formUpload } from "./form_upload.ts";
import { mediaTypeOf } from "./media_type.ts";
import { readDetectOptions, type RequestOptions } from "./options.ts";
import { isFile } from "./read_form.ts";
import { textFields } from "./text_fields.ts";
import { zipImages } from "./zip_images.ts";

/** Images of a request, and the options for all of them. */
export interface Batch {
  /** Images in the order of the request. */
  readonly images: AsyncIterable<BatchImage> | readonly BatchImage[];
  /** Options from the query and the text fields of a form. */
  readonly options: Omit<RequestOptions, "format" | "overlay" | "side">;
}

/** Maximum number of text fields beside the images of a form. */
const MAX_FIELDS = 32;

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
    const asked = withoutDrawing(readDetectOptions(query));
    return { images: await started(zipImages(body, options)), options: asked };
  }
  const parts = formParts(body, contentType, options.maxBatch + MAX_FIELDS);
  const { images, fields } = imagesOfForm(parts, options.maxBytes);
  if (images.length === 0) throw noImages();
  if (images.length > options.maxBatch) {
    throw new DomainError(
      "malformed-request",
      `Cannot read the batch as it must have at most ${options.maxBatch} images: ` +
        `it has ${images.length}. Send several batches`,
    );
  }
  return { images, options: withoutDrawing(readDetectOptions({ ...query, ...fields })) };
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

/** Returns the images of a form, and the texts of its other fields. */
function imagesOfForm(parts: readonly FormPart[], maxBytes: number) {
  const isImage = ({ name, bytes }: FormPart) => name === "image" && bytes.length > 0;
  const images = parts.filter(isImage).map((part): BatchImage => ({
    ...part.fileName !== "" && { name: part.fileName.slice(0, 255) },
    // deno-lint-ignore require-await -- an error must reject
    read: async () => {
      const field = { name: part.name, bytes: part.bytes, isFile: isFile(part) };
      const { bytes } = formUpload([field]);
      if (bytes.length > maxBytes) throw tooManyBytes(maxBytes, bytes.length);
      return bytes;
    },
  }));
  const others = Map.groupBy(
    parts.filter((part) => part.name !== "image" && part.bytes.length > 0),
    ({ name }) => name,
  );
  const fields = textFields(Object.fromEntries(
    [...others].map(([name, group]) => [
      name,
      group.map((part) => part.hasFileName ? part.bytes : new TextDecoder().decode(part.bytes)),
    ]),
  ));
  return { images, fields };
}

/** Refuses the options of drawings, because the response to a batch is JSON. */
function withoutDrawing({ format, overlay, side, ...options }: RequestOptions): Batch["options"] {
  const [asked] = Object.entries({ format, overlay, side })
    .find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return options;
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "${asked}" as the response to a batch is JSON. Use POST /detect instead`,
  );
}
