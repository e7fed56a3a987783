import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";
import { noImage, optionFaults } from "./faults.ts";
import type { ImageTextDecoder } from "./image_text.ts";
import {
  EXTRA_SCHEMAS,
  FORM_SCHEMAS,
  OPTION_SCHEMAS,
  type RequestOptions,
  requestOptions,
  type WireOptions,
} from "./options.ts";

/**
 * Limits on the commas, brackets and colons of a JSON body. Only a long list of labels has many
 * commas: base64 contains no commas.
 */
export const JSON_OPTIONS = { maxMarks: 10_000, maxColons: 10_000, example: '{"image": "BASE64"}' };

/** Schema of a JSON body. */
export const UPLOAD_JSON = z.strictObject({
  image: z.string("must be a text"),
  url: z.string("must be a text").max(2048, "must have at most 2048 characters"),
  ...OPTION_SCHEMAS,
  ...EXTRA_SCHEMAS,
  ...FORM_SCHEMAS,
}).exactPartial();

/** JSON body as a client writes it. */
export interface UploadJson extends Omit<WireOptions, "classes"> {
  /** Image in base64, or as a data URL. Unset: `url` is set. */
  readonly image?: string | undefined;
  /** URL of the image. Unset: `image` is set. */
  readonly url?: string | undefined;
  /** Labels of the classes to detect. Unset: all classes. */
  readonly classes?: string[] | undefined;
}

true satisfies z.input<typeof UPLOAD_JSON> extends UploadJson ? true : false;
true satisfies keyof UploadJson extends keyof z.input<typeof UPLOAD_JSON> ? true : false;

/** Image and options of a JSON body. */
export interface JsonUpload {
  /** Bytes of the image, or the URL to fetch the image from. */
  readonly source: { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly url: string };
  /** Detection options, which are in the same JSON object. */
  readonly options: RequestOptions;
}

/**
 * Reads a JSON body: an object with the key `image` or `url`, and optionally with options.
 *
 * @param body JSON body. An empty text (`""`) stands in place of the base64 text of the image.
 * @param image Decoder that has read the text of the image.
 * @throws {DomainError} `malformed-request`, `no-image`, `wrong-field` or `invalid-option`.
 */
export function readJson(body: Uint8Array, image: ImageTextDecoder): JsonUpload {
  if (body.length === 0) throw noImage("the body is empty");
  return readUploadJson(parseJsonObject(body, JSON_OPTIONS), () => {
    if (image.isEmpty) throw noImage('"image" is empty');
    return image.end();
  });
}

/**
 * Reads the object of a JSON body.
 *
 * @param bytesOf Returns the bytes of the image for the text in its place.
 * @throws {DomainError} `no-image`, `wrong-field`, `invalid-option` or an error of `bytesOf()`.
 */
export function readUploadJson(
  given: Readonly<Record<string, unknown>>,
  bytesOf: (text: string) => Uint8Array<ArrayBuffer>,
): JsonUpload {
  const parsed = UPLOAD_JSON.safeParse(given);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, given, Object.keys(UPLOAD_JSON.shape));
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { image: text, url, ...rest } = parsed.data;
  const options = requestOptions(rest);
  if (text !== undefined && url !== undefined) {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as there must be one of "image" and "url": both are there',
    );
  }
  if (text !== undefined) return { source: { bytes: bytesOf(text) }, options };
  if (url === undefined) throw noImage('the JSON has neither "image" nor "url"');
  return { source: { url }, options };
}
