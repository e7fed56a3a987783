import { z } from "zod";
import { DomainError } from "../src/core/domain_error.ts";
import { OPTION_SCHEMAS, type RequestOptions } from "./detect_options.ts";
import { noImage } from "./no_image.ts";
import { optionFaults } from "./option_faults.ts";

const schema = z.strictObject({
  image: z.string("must be a text"),
  url: z.string("must be a text").max(2048, "must have at most 2048 characters"),
  ...OPTION_SCHEMAS,
}).partial();

/** What a JSON body says: a picture or where one lies, and the options. */
export interface JsonUpload {
  /** The picture as a text, or its address. */
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
  const given = parse(body);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, given, Object.keys(schema.shape));
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { image, url, ...options } = parsed.data;
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
const MOST_MARKS = 10_000;

/** Whether there is more to parse than any picture and its options have; nesting is slow. */
function isIntricate(body: Uint8Array): boolean {
  let marks = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte !== 0x2c && byte !== 0x5b && byte !== 0x7b) continue; // , [ {
    if (++marks > MOST_MARKS) return true;
  }
  return false;
}

function parse(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) throw noImage("the body is empty");
  if (isIntricate(body)) {
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as the JSON must have at most ${MOST_MARKS} commas and brackets`,
    );
  }
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new DomainError("malformed-request", "Cannot read the body as it is not valid JSON");
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return given as Record<string, unknown>;
  }
  throw new DomainError(
    "malformed-request",
    'Cannot read the body as the JSON must be an object: {"image": "BASE64"}',
  );
}
