import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { OPTION_SCHEMAS, type RequestOptions, requestOptions } from "./options.ts";
import { noImage } from "./no_image.ts";
import { optionFaults } from "./option_faults.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";

const schema = z.strictObject({
  image: z.string("must be a text"),
  url: z.string("must be a text").max(2048, "must have at most 2048 characters"),
  ...OPTION_SCHEMAS,
}).partial();

/** What a JSON body says: an image or where one lies, and the options. */
export interface JsonUpload {
  /** The image as a text, or its address. */
  readonly source: { readonly image: string } | { readonly url: string };
  /** How to look at it. */
  readonly options: RequestOptions;
}

/**
 * Reads `{"image": …}` or `{"url": …}` and the options beside it.
 *
 * @throws {DomainError} `malformed-request`, `no-image`, `wrong-field` or `invalid-option`.
 */
export function readJson(body: Uint8Array): JsonUpload {
  if (body.length === 0) throw noImage("the body is empty");
  const given = parseJsonObject(body, JSON_RULES);
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

/** Commas and brackets that a body may have: base64 has none, the labels of a request some. */
const JSON_RULES = { mostMarks: 10_000, mostColons: 10_000, example: '{"image": "BASE64"}' };
