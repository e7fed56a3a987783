import type { Context } from "hono";
import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { noImage, optionFaults } from "../detect/faults.ts";
import { isJson, mediaTypeOf } from "../detect/media_type.ts";
import { OPTION_SCHEMAS, readDetectOptions, withoutForm } from "../detect/options.ts";
import { readImageJson } from "../detect/read_image_json.ts";
import { readUpload, type UploadOptions } from "../detect/read_upload.ts";
import { textFields } from "../detect/text_fields.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";

/** Limits of the JSON of a request, which has few keys beside the image. */
const JSON_OPTIONS = { maxMarks: 1000, maxColons: 1000, example: '{"inputs": "BASE64"}' };

/** Schema of the parameters of a detection. Clients send null for a parameter that is unset. */
const PARAMETERS = z.strictObject({
  threshold: OPTION_SCHEMAS.score.nullable(),
}, "must be an object").exactPartial();

/** Schema of a JSON body. */
export const HUGGING_FACE_JSON = z.strictObject({
  inputs: z.string("must be a text").exactOptional(),
  parameters: PARAMETERS.nullable().exactOptional(),
  // Options of the hosted API, such as its cache. They are ignored: this server has no cache.
  options: z.unknown().exactOptional(),
});

/** Names of the options, for error messages. */
const OPTIONS = ["inputs", "parameters.threshold", "options"];

/** Image and options of a request. */
export interface HuggingFaceRequest {
  /** Bytes of the image file. */
  readonly bytes: Uint8Array;
  /** Options of the detection. */
  readonly options: DetectOptions;
}

/**
 * Reads a request: JSON with the image in base64, or the image itself as the body.
 *
 * Also accepts the forms and the options in the query string that `POST /detect` accepts. The
 * option `model` is not accepted, because the path names the model.
 *
 * @throws {DomainError} If the request is invalid.
 */
export async function readHuggingFaceRequest(
  context: Context<AppEnv>,
  deps: UploadOptions,
  lease: ByteLease,
): Promise<HuggingFaceRequest> {
  const { bytes, options } = isJson(mediaTypeOf(context.req.header("content-type") ?? ""))
    ? await readJson(context, deps, lease)
    : await readUpload(context, deps, lease);
  const { model, ...detectOptions } = withoutForm(options);
  if (model === undefined) return { bytes, options: detectOptions };
  throw new DomainError("invalid-option", 'Cannot detect with "model" as the path names the model');
}

async function readJson(context: Context<AppEnv>, deps: UploadOptions, lease: ByteLease) {
  const query = readDetectOptions(textFields(context.req.queries()));
  const { json, images } = await readImageJson(context, deps, lease, {
    ...JSON_OPTIONS,
    maxImages: 1,
    isImage: ([key, ...deeper]) => key === "inputs" && deeper.length === 0,
  });
  const parsed = HUGGING_FACE_JSON.safeParse(json);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, json, OPTIONS);
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { inputs, parameters } = parsed.data;
  if (inputs === undefined) throw noImage('the JSON has no "inputs"');
  const scoreThreshold = parameters?.threshold ?? undefined;
  return {
    bytes: images.bytesOf(inputs),
    options: { ...query, ...(scoreThreshold !== undefined && { scoreThreshold }) },
  };
}
