import type { Context } from "hono";
import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";
import { readBody } from "../http/read_body.ts";
import { optionFaults } from "./faults.ts";
import { formParts } from "./form_parts.ts";
import { isJson, mediaTypeOf } from "./media_type.ts";
import {
  EXTRA_SCHEMAS,
  FORM_SCHEMAS,
  OPTION_SCHEMAS,
  readDetectOptions,
  type RequestOptions,
  requestOptions,
} from "./options.ts";
import type { UploadJson } from "./read_json.ts";
import { MAX_FIELD_BYTES, textFields } from "./text_fields.ts";

/** Maximum bytes of a body, which has only options. */
const MAX_BODY = 64 * 1024;

/** Limits of a JSON body, and an example. */
const JSON_LIMITS = { maxMarks: 10_000, maxColons: 10_000, example: '{"score": 0.3}' };

/** Formats of the response to a token. The others draw the image, which the server does not keep. */
export const SELECT_FORMATS = ["json", "svg"] as const;

/** Schema of a JSON body of `POST /detect/{token}`. */
export const SELECT_JSON = z.strictObject({
  ...OPTION_SCHEMAS,
  explain: EXTRA_SCHEMAS.explain,
  boxes: FORM_SCHEMAS.boxes,
  normalized: FORM_SCHEMAS.normalized,
  format: z.enum(SELECT_FORMATS, "must be json or svg, as the image is not kept"),
  overlay: FORM_SCHEMAS.overlay,
}).omit({ tiles: true, overlap: true, merge: true, whole: true }).exactPartial();

/** JSON body of `POST /detect/{token}` as a client writes it. */
export interface SelectJson extends
  Omit<
    UploadJson,
    "image" | "url" | "keep" | "side" | "tiles" | "overlap" | "merge" | "whole" | "format"
  > {
  /** Format of the response: `json`, or `svg` with `overlay`. Unset: `json`. */
  readonly format?: typeof SELECT_FORMATS[number] | undefined;
}

true satisfies z.input<typeof SELECT_JSON> extends SelectJson ? true : false;
true satisfies keyof SelectJson extends keyof z.input<typeof SELECT_JSON> ? true : false;

/**
 * Reads the options of a request without an image: from the query string, and from JSON or a form in
 * the body. An option in the body overrides the query string.
 *
 * @throws {DomainError} `invalid-option` or `malformed-request`.
 */
export async function readSelectOptions(
  context: Context<AppEnv>,
  { bodyTimeoutMs: timeoutMs }: { readonly bodyTimeoutMs: number },
  lease: ByteLease,
): Promise<RequestOptions> {
  const contentType = context.req.header("content-type") ?? "";
  const type = mediaTypeOf(contentType);
  const query = textFields(context.req.queries());
  const limits = { maxBytes: MAX_BODY, maxBodyBytes: MAX_BODY, timeoutMs, lease };
  const body = await readBody(context, limits);
  if (body.length === 0) return checked(readDetectOptions(query));
  if (isJson(type)) return checked({ ...readDetectOptions(query), ...jsonOptions(body) });
  return checked(readDetectOptions({ ...query, ...formFields(body, type, contentType) }));
}

/** Refuses the options that need a run of the model or the pixels of the image. */
function checked(options: RequestOptions): RequestOptions {
  const { keep, side, tiles, overlap, merge, whole } = options;
  const unfit = { keep, side, tiles, overlap, merge, whole };
  const [asked] = Object.entries(unfit).find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return options;
  throw new DomainError(
    "invalid-option",
    `Cannot select with "${asked}" as it needs the image: leave it out`,
  );
}

function jsonOptions(body: Uint8Array): RequestOptions {
  const given = parseJsonObject(body, JSON_LIMITS);
  const parsed = SELECT_JSON.safeParse(given);
  if (parsed.success) return requestOptions(parsed.data);
  const faults = optionFaults(parsed.error, given, Object.keys(SELECT_JSON.shape));
  throw new DomainError("invalid-option", `Cannot select as ${faults}`);
}

/** Returns the fields of a form. Empty fields count as unset, as in `POST /detect`. */
function formFields(
  body: Uint8Array<ArrayBuffer>,
  type: string,
  contentType: string,
): Record<string, string> {
  if (type === "application/x-www-form-urlencoded") {
    const pairs = [...new URLSearchParams(new TextDecoder().decode(body))];
    return fieldsOf(pairs);
  }
  if (!type.startsWith("multipart/")) {
    throw new DomainError(
      "malformed-request",
      "Cannot read the options as they must be in the query, in JSON or in a form: the body has " +
        `another Content-Type. With curl: -F score=0.3`,
    );
  }
  return fieldsOf(
    formParts(body, contentType).map(({ name, hasFileName, bytes }) => [
      name,
      hasFileName ? bytes : new TextDecoder().decode(bytes.subarray(0, MAX_FIELD_BYTES)),
    ]),
  );
}

function fieldsOf(pairs: readonly (readonly [string, string | Uint8Array])[]) {
  const named = Map.groupBy(pairs.filter(([, value]) => value.length > 0), ([name]) => name);
  return textFields(
    Object.fromEntries([...named].map(([name, group]) => [name, group.map(([, value]) => value)])),
  );
}
