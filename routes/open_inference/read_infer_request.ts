import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageInput } from "../../src/image/raw_image.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { readDetectOptions } from "../detect/options.ts";
import { MAX_OVERHEAD, type UploadOptions } from "../detect/read_upload.ts";
import { textFields } from "../detect/text_fields.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";
import { shorten } from "../http/problem.ts";
import { readBody } from "../http/read_body.ts";
import { imageTensor } from "./image_tensor.ts";
import { inferParameters } from "./infer_parameters.ts";
import { checkInferJson } from "./infer_schema.ts";
import { type RequestedOutput, requestedOutputs } from "./requested_outputs.ts";

/** Parsed inference request. */
export interface InferRequest {
  /** Id that the client gave the request. Unset: the client gave no id. */
  readonly id?: string;
  /** Bytes of an image file, or RGB pixels. */
  readonly image: ImageInput;
  /** Options of the detection. */
  readonly options: DetectOptions;
  /** Outputs that the response contains. */
  readonly outputs: readonly RequestedOutput[];
}

/**
 * Limits of the JSON. They allow an image of up to 220x220 pixels as nested lists, which has about
 * 200,000 commas and brackets.
 */
const JSON_OPTIONS = {
  maxMarks: 200_000,
  maxColons: 10_000,
  remedy: ": send images of more than some 220x220 pixels as binary data, or as files (BYTES)",
  example: '{"inputs": [{"name": "image", …}]}',
};

/**
 * Reads an inference request: JSON, optionally followed by binary data.
 *
 * The header `Inference-Header-Content-Length` is the length of the JSON in bytes. If the length is
 * 0, the whole body is the image file.
 *
 * @throws {DomainError} If the request is invalid.
 */
export async function readInferRequest(
  context: Context<AppEnv>,
  { maxBytes, bodyTimeoutMs: timeoutMs }: UploadOptions,
  lease: ByteLease,
): Promise<InferRequest> {
  const jsonBytes = declaredJsonBytes(context);
  const query = queryOptions(context);
  // Without binary data, the image is base64 in the JSON: four characters for three bytes.
  const maxImageBytes = jsonBytes === undefined ? Math.ceil(maxBytes / 3) * 4 : maxBytes;
  const maxBodyBytes = maxImageBytes + MAX_OVERHEAD;
  const body = await readBody(context, { maxBytes, maxBodyBytes, timeoutMs, lease });
  if (jsonBytes === 0) {
    if (body.length === 0) throw new DomainError("no-image", "Cannot infer as the body is empty");
    return { image: body, options: query, outputs: requestedOutputs(undefined, false) };
  }
  const { json, binary } = split(body, jsonBytes);
  const { id, inputs: [input], parameters, outputs } = checkInferJson(
    parseJsonObject(json, JSON_OPTIONS),
  );
  const { options, binaryOutput } = inferParameters(parameters);
  return {
    ...(id !== undefined && { id }),
    outputs: requestedOutputs(outputs, binaryOutput),
    options: { ...query, ...options },
    image: imageTensor(input, binary),
  };
}

/**
 * Returns the length of the JSON in bytes, from a header. Returns undefined if the header is
 * missing: the whole body is JSON.
 */
function declaredJsonBytes(context: Context<AppEnv>): number | undefined {
  const length = context.req.header("inference-header-content-length");
  if (length === undefined) return undefined;
  if (/^\d{1,12}$/.test(length)) return Number(length);
  throw new DomainError(
    "malformed-request",
    "Cannot read the body as Inference-Header-Content-Length must be a whole number: " +
      `current value is "${shorten(length)}"`,
  );
}

/**
 * Parses the options in the query string. Refuses the option `model`, because the path already
 * names the model.
 */
function queryOptions(context: Context<AppEnv>): DetectOptions {
  const { model, ...options } = readDetectOptions(textFields(context.req.queries()));
  if (model === undefined) return options;
  throw new DomainError("invalid-option", 'Cannot infer with "model" as the path names the model');
}

function split(body: Uint8Array, jsonBytes = body.length) {
  if (jsonBytes <= body.length) {
    return { json: body.subarray(0, jsonBytes), binary: body.subarray(jsonBytes) };
  }
  throw new DomainError(
    "malformed-request",
    `Cannot read the body as Inference-Header-Content-Length must be at most its length, ${body.length}: ` +
      `current value is ${jsonBytes}`,
  );
}
