import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { noImage } from "../detect/faults.ts";
import { ImageTextDecoder } from "../detect/image_text.ts";
import { mediaTypeOf } from "../detect/media_type.ts";
import { readDetectOptions } from "../detect/options.ts";
import { formParts } from "../detect/form_parts.ts";
import { formUploadOf } from "../detect/read_form.ts";
import { MAX_OVERHEAD, type UploadOptions } from "../detect/read_upload.ts";
import { isBinary } from "../detect/text_body.ts";
import { textFields } from "../detect/text_fields.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { InPlaceBytes } from "../http/in_place_bytes.ts";
import { readBody } from "../http/read_body.ts";

/**
 * Names of the options in version v0 of the Roboflow API, each with the name of the same option in
 * `POST /detect`.
 */
const NAMES: Readonly<Record<string, string>> = {
  confidence: "score",
  overlap: "iou",
  max_detections: "max",
  classes: "classes",
};

/**
 * Reads the detection options from the query string. The options have the names of version v0 of
 * the Roboflow API. Ignores options for drawings and for other tasks.
 *
 * @throws {DomainError} `invalid-option`.
 */
export function readLegacyOptions(context: Context<AppEnv>): DetectOptions {
  const query = textFields(context.req.queries());
  const { format = "json" } = query;
  if (format !== "json") {
    throw new DomainError(
      "invalid-option",
      'Cannot detect as "format" must be "json", because this server does not draw here',
    );
  }
  const known = Object.entries(query).flatMap(([name, value]): [string, string][] => {
    const own = NAMES[name];
    if (own === undefined) return [];
    const isShare = own === "score" || own === "iou";
    return [[own, isShare ? shareOf(value) : value]];
  });
  return readDetectOptions(Object.fromEntries(known));
}

/**
 * Converts a percentage to a fraction from 0 to 1. As in version v0 of the Roboflow API, numbers
 * from 1 to 100 are percentages.
 */
function shareOf(value: string): string {
  const number = Number(value);
  return number >= 1 && number <= 100 ? String(number / 100) : value;
}

/**
 * Reads the image of a request of version v0 of the Roboflow API. The body is base64, even if the
 * `Content-Type` declares another type. The body may also be the image file itself, or a form with
 * the field `file`, as in Roboflow's own server, or `image`.
 *
 * @throws {DomainError} If the body is invalid or exceeds a limit.
 */
export async function readBodyImage(
  context: Context<AppEnv>,
  { maxBytes, bodyTimeoutMs: timeoutMs }: UploadOptions,
  lease: ByteLease,
): Promise<Uint8Array> {
  const maxBodyBytes = Math.ceil(maxBytes / 3) * 4 + MAX_OVERHEAD;
  const body = await readBody(context, { maxBytes, maxBodyBytes, timeoutMs, lease });
  if (body.length === 0) throw noImage("the body is empty");
  const contentType = context.req.header("content-type") ?? "";
  if (mediaTypeOf(contentType).startsWith("multipart/")) return formImage(body, contentType);
  if (isBinary(body)) return body;
  const decoder = new ImageTextDecoder(new InPlaceBytes(body));
  decoder.write(body);
  return decoder.end();
}

function formImage(body: Uint8Array<ArrayBuffer>, contentType: string): Uint8Array {
  const parts = formParts(body, contentType);
  return formUploadOf(
    parts.map((part) => part.name === "file" ? { ...part, name: "image" } : part),
  ).bytes;
}
