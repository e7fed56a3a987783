import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageFetcher } from "../../src/ports/image_fetcher.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Room } from "../http/byte_budget.ts";
import { decodeImageText } from "./decode_image_text.ts";
import { readDetectOptions, type RequestOptions } from "./options.ts";
import { noImage } from "./no_image.ts";
import { readBody } from "../http/read_body.ts";
import { readForm } from "./read_form.ts";
import { readJson } from "./read_json.ts";
import { textFields } from "./text_fields.ts";

/** What came in. */
export interface Upload {
  /** The encoded image. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How to look at it; what stands beside the image wins over the query. */
  readonly options: RequestOptions;
}

/** What an upload may cost, and where images come from that are only named. */
export interface UploadRules {
  /** Most bytes of an image. */
  readonly maxBytes: number;
  /** Milliseconds within which the body must be there. */
  readonly bodyTimeoutMs: number;
  /** Fetches images by their address; absent where that is off. */
  readonly fetchImage?: ImageFetcher;
}

/** Room for a form's boundaries and text fields, or JSON's options, beside the image. */
export const OVERHEAD = 64 * 1024;

/**
 * Reads the image of a request: field `image` of a multipart form, `image` or `url` of a JSON
 * body, or else the body itself.
 *
 * A body that is neither is taken as it is, whatever type it claims, since `curl --data-binary`
 * claims to send a form that it does not send; the image's own header decides.
 *
 * @throws {DomainError} For whatever is wrong with the request.
 */
export async function readUpload(
  context: Context<AppEnv>,
  rules: UploadRules,
  room: Room,
): Promise<Upload> {
  const { maxBytes, bodyTimeoutMs: timeoutMs } = rules;
  const type = context.req.header("content-type") ?? "";
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(type);
  // Base64 writes three bytes as four characters.
  const maxBodyBytes = (isJson ? Math.ceil(maxBytes / 3) * 4 : maxBytes) + OVERHEAD;
  const query = textFields(context.req.queries());
  const body = await readBody(context, { maxBytes, maxBodyBytes, timeoutMs, room });
  if (isJson) {
    const { source, options } = readJson(body);
    const both = { ...readDetectOptions(query), ...options };
    if ("image" in source) return { bytes: decodeImageText(source.image), options: both };
    return { bytes: await fetched(context, source.url, rules, room), options: both };
  }
  if (/^multipart\/form-data\b/i.test(type)) {
    if (body.length === 0) throw noImage("the form is empty");
    const { bytes, fields } = await readForm(body, type);
    return { bytes, options: readDetectOptions({ ...query, ...fields }) };
  }
  if (body.length === 0) throw noImage("the body is empty");
  return { bytes: body, options: readDetectOptions(query) };
}

function fetched(
  context: Context<AppEnv>,
  url: string,
  { fetchImage, maxBytes }: UploadRules,
  room: Room,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!fetchImage) {
    throw new DomainError(
      "url-not-allowed",
      'Cannot fetch image as this server takes no addresses. Send the image itself as "image"',
    );
  }
  room.take(maxBytes); // nobody knows how many it will be
  return fetchImage.fetch(url, context.req.raw.signal);
}
