import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";
import { noImage, optionFaults } from "./faults.ts";
import { OPTION_SCHEMAS, type RequestOptions, requestOptions } from "./options.ts";

/** Limits of a JSON body. Only lists of labels need many commas: base64 has no commas. */
const JSON_OPTIONS = { maxMarks: 10_000, maxColons: 10_000, example: '{"image": "BASE64"}' };

const schema = z.strictObject({
  image: z.string("must be a text"),
  url: z.string("must be a text").max(2048, "must have at most 2048 characters"),
  ...OPTION_SCHEMAS,
}).exactPartial();

/** Image and options of a JSON body. */
export interface JsonUpload {
  /** Text of the image (base64 or a data URL), or the URL to fetch the image from. */
  readonly source: { readonly image: string } | { readonly url: string };
  /** Options in the same JSON object. */
  readonly options: RequestOptions;
}

/**
 * Reads a JSON body: an object with the key `image` or `url`, and optionally with options.
 *
 * @throws {DomainError} `malformed-request`, `no-image`, `wrong-field` or `invalid-option`.
 */
export function readJson(body: Uint8Array): JsonUpload {
  if (body.length === 0) throw noImage("the body is empty");
  const given = parseJsonObject(body, JSON_OPTIONS);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, given, Object.keys(schema.shape));
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { image, url, ...rest } = parsed.data;
  const options = requestOptions(rest);
  if (image !== undefined && url !== undefined) {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as there must be one of "image" and "url": both are there',
    );
  }
  if (image !== undefined) {
    if (image === "") throw noImage('"image" is empty');
    return { source: { image }, options };
  }
  if (url === undefined) throw noImage('the JSON has neither "image" nor "url"');
  return { source: { url }, options };
}
