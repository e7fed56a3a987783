import type { Context } from "hono";
import { z } from "zod";
import { DomainError, tooManyBytes } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import type { JsonPath } from "../http/json_splitter.ts";
import type { Batch, BatchImage, BatchOptions } from "./batch_image.ts";
import { noImage, optionFaults, tooManyImages } from "./faults.ts";
import type { ImageTexts } from "./image_texts.ts";
import { readDetectOptions, requestOptions } from "./options.ts";
import { readImageJson } from "./read_image_json.ts";
import { JSON_OPTIONS, readUploadJson, UPLOAD_JSON } from "./read_json.ts";
import { fetchImage, type Upload } from "./read_upload.ts";
import { BATCH_RETRY_MS } from "./retry_busy.ts";
import { textFields } from "./text_fields.ts";
import { severalOptions } from "./without_drawing.ts";

const { image, url } = UPLOAD_JSON.shape;
const name = z.string().exactOptional();

/** Schema of a JSON body with several images. */
export const IMAGES_JSON = UPLOAD_JSON.extend({
  images: z.array(
    z.union(
      [
        z.string(),
        z.strictObject({ image: image.unwrap(), name }),
        z.strictObject({ url: url.unwrap(), name }),
      ],
      'must be a text (base64 or a data URL), {"image": …} or {"url": …}, each with a "name" or not',
    ),
    'must be a list of texts (base64 or data URLs), {"image": …} or {"url": …}',
  ),
});

/**
 * Reads a JSON body with one image, as `readJson()` does, or with several in the list `images`.
 *
 * @throws {DomainError} If the body is invalid.
 */
export async function readImagesJson(
  context: Context<AppEnv>,
  options: BatchOptions,
  lease: ByteLease,
): Promise<Upload | Batch> {
  const fields = textFields(context.req.queries());
  const { json, images } = await readImageJson(context, options, lease, {
    ...JSON_OPTIONS,
    maxImages: options.maxBatch,
    isImage: (path) => isOne(path) || isListed(path),
    list: { isListed, maxBytes: options.maxBatchBytes },
  });
  const query = readDetectOptions(fields);
  if (Object.hasOwn(json, "images")) return readList(context, options, json, images, query);
  const { source, options: own } = readUploadJson(json, (text) => {
    if (images.isEmpty(text)) throw noImage('"image" is empty');
    return images.bytesOf(text);
  });
  const both = { ...query, ...own };
  if ("bytes" in source) return { bytes: source.bytes, options: both };
  return { bytes: await fetchImage(context, source.url, options, lease), options: both };
}

/** Returns true for the path of `{"image": …}`. */
function isOne([key, ...deeper]: JsonPath): boolean {
  return key === "image" && deeper.length === 0;
}

/** Returns true for the paths of `{"images": [….]}` and `{"images": [{"image": …}]}`. */
function isListed([key, item, field, ...deeper]: JsonPath): boolean {
  return key === "images" && item === null && (field === undefined || field === "image") &&
    deeper.length === 0;
}

function readList(
  context: Context<AppEnv>,
  options: BatchOptions,
  json: Readonly<Record<string, unknown>>,
  texts: ImageTexts,
  query: ReturnType<typeof readDetectOptions>,
): Batch {
  const parsed = IMAGES_JSON.safeParse(json);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, json, Object.keys(IMAGES_JSON.shape));
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { images, image, url, ...rest } = parsed.data;
  if (image !== undefined || url !== undefined) {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as there must be one of "image", "url" and "images": several are there',
    );
  }
  if (images.length === 0) throw noImage('"images" is empty');
  if (images.length > options.maxBatch) throw tooManyImages(options.maxBatch, images.length);
  const both = { ...query, ...requestOptions(rest) };
  return {
    images: images.map((item) => listedImage(context, options, item, texts)),
    options: severalOptions(both),
  };
}

function listedImage(
  context: Context<AppEnv>,
  options: BatchOptions,
  item: z.infer<typeof IMAGES_JSON>["images"][number],
  texts: ImageTexts,
): BatchImage {
  const { name, ...source } = typeof item === "string" ? { image: item } : item;
  const { maxBytes } = options;
  return {
    name: name?.slice(0, 255),
    read: async (lease) => {
      if ("url" in source) {
        return await fetchImage(context, source.url, options, lease, BATCH_RETRY_MS);
      }
      const bytes = texts.bytesOf(source.image);
      if (bytes.length > maxBytes) throw tooManyBytes(maxBytes, bytes.length);
      return bytes;
    },
  };
}
