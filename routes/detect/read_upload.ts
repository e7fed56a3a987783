import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageFetcher } from "../../src/ports/image_fetcher.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import type { FetchLimit } from "../http/fetch_limit.ts";
import { GrowingBytes } from "../http/growing_bytes.ts";
import { type JsonPath, JsonSplitter } from "../http/json_splitter.ts";
import { JsonComplexity } from "../http/parse_json_object.ts";
import { readBody, type ReadBodyOptions } from "../http/read_body.ts";
import { noImage } from "./faults.ts";
import type { FormUpload } from "./form_upload.ts";
import { ImageTextDecoder } from "./image_text.ts";
import { isJson, mediaTypeOf } from "./media_type.ts";
import { readDetectOptions, type RequestOptions } from "./options.ts";
import { readForm } from "./read_form.ts";
import { JSON_OPTIONS, type JsonUpload, readJson } from "./read_json.ts";
import { readUrlencoded } from "./read_urlencoded.ts";
import { retryBusy } from "./retry_busy.ts";
import { isBinary, refuseStripped, refuseText } from "./text_body.ts";
import { textFields } from "./text_fields.ts";

/** Image and options of a request. */
export interface Upload {
  /** Bytes of the image file. */
  readonly bytes: Uint8Array;
  /**
   * Detection options from the body and the query string. An option in the body overrides the query
   * string.
   */
  readonly options: RequestOptions;
}

/** Options of {@linkcode readUpload}. */
export interface UploadOptions {
  /** Maximum bytes of an image. */
  readonly maxBytes: number;
  /** Maximum milliseconds for reading the body of a request. */
  readonly bodyTimeoutMs: number;
  /** Fetches an image by its URL. Unset: requests that contain a URL are refused. */
  readonly fetchImage?: ImageFetcher | undefined;
  /** Limit on the number of images that are fetched by URL at the same time. */
  readonly fetchLimit: FetchLimit;
}

/** Maximum bytes that a body may contain in addition to the image, such as the options. */
export const MAX_OVERHEAD = 64 * 1024;

/**
 * Reads the image of a request: the field `image` of a form, `image` or `url` of a JSON body, or
 * the body itself.
 *
 * If the `Content-Type` is neither a form nor JSON, the whole body is the image. The declared media
 * type of an image is ignored: the decoder detects the image format from the bytes.
 *
 * @throws {DomainError} If the request is invalid.
 */
export async function readUpload(
  context: Context<AppEnv>,
  options: UploadOptions,
  lease: ByteLease,
): Promise<Upload> {
  const { maxBytes, bodyTimeoutMs: timeoutMs } = options;
  const contentType = context.req.header("content-type") ?? "";
  const type = mediaTypeOf(contentType);
  const isUrlencoded = type === "application/x-www-form-urlencoded";
  // Bodies with base64 may be longer: base64 needs four characters for three bytes.
  const isBase64 = isJson(type) || isUrlencoded;
  const maxBodyBytes = (isBase64 ? Math.ceil(maxBytes / 3) * 4 : maxBytes) + MAX_OVERHEAD;
  const query = textFields(context.req.queries());
  const limits = { maxBytes, maxBodyBytes, timeoutMs, lease };
  if (isJson(type)) {
    const { source, options: own } = await readJsonBody(context, limits);
    const both = { ...readDetectOptions(query), ...own };
    if ("bytes" in source) return { bytes: source.bytes, options: both };
    return { bytes: await fetchImage(context, source.url, options, lease), options: both };
  }
  const body = await readBody(context, limits);
  const isMultipart = type.startsWith("multipart/");
  if (body.length === 0) throw noImage(`the ${isMultipart ? "form" : "body"} is empty`);
  const { bytes, fields } = isMultipart
    ? readForm(body, contentType)
    : readOther(body, isUrlencoded);
  return { bytes, options: readDetectOptions({ ...query, ...fields }) };
}

/** Reads a JSON body. Decodes the image while the body arrives. */
async function readJsonBody(
  context: Context<AppEnv>,
  limits: ReadBodyOptions,
): Promise<JsonUpload> {
  const { lease } = limits;
  const declared = Number(context.req.header("content-length") ?? 0);
  const image = new ImageTextDecoder(
    new GrowingBytes(Math.floor(3 * declared / 4), (bytes) => lease.take(bytes)),
  );
  const complexity = new JsonComplexity(JSON_OPTIONS);
  const isImage = ([key, ...deeper]: JsonPath) => key === "image" && deeper.length === 0;
  const splitter = new JsonSplitter(isImage, image, (piece) => {
    complexity.add(piece);
    lease.take(piece.length);
  });
  await readBody(context, { ...limits, onChunk: (chunk) => splitter.write(chunk) });
  // Apart from the image, the body is in memory three times: as bytes, as a text and as values.
  // Only the bytes are already counted.
  lease.take(2 * splitter.kept);
  return readJson(splitter.end(), image);
}

/**
 * Reads a body that is neither JSON nor a multipart form.
 *
 * A body that is declared as a URL-encoded form may still be an image file, because the option
 * `--data-binary` of curl declares every file as such a form.
 */
function readOther(bytes: Uint8Array<ArrayBuffer>, isUrlencoded: boolean): FormUpload {
  refuseText(bytes);
  if (isBinary(bytes)) refuseStripped(bytes, isUrlencoded);
  else if (isUrlencoded) return readUrlencoded(bytes);
  return { bytes, fields: {} };
}

/**
 * Fetches an image by its URL.
 *
 * @param retryMs Maximum milliseconds to retry while too many images are fetched at the same time.
 * @throws {DomainError} `url-not-allowed`, `url-failed`, `busy` or `too-many-bytes`.
 */
export async function fetchImage(
  context: Context<AppEnv>,
  url: string,
  { fetchImage: fetcher, fetchLimit }: UploadOptions,
  lease: ByteLease,
  retryMs = 0,
): Promise<Uint8Array> {
  if (!fetcher) {
    throw new DomainError(
      "url-not-allowed",
      'Cannot fetch image as this server takes no URLs. Send the image itself as "image"',
    );
  }
  const { signal } = context.req.raw;
  // deno-lint-ignore require-await -- an error must reject
  const start = async () => fetchLimit.start(context.get("client") ?? "");
  using _fetch = await retryBusy(start, { forMs: retryMs, signal });
  return await fetcher.fetch(url, signal, (bytes) => lease.take(bytes));
}
