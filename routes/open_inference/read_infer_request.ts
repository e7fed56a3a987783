import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Room } from "../http/byte_budget.ts";
import { readDetectOptions } from "../detect/options.ts";
import { parseJsonObject } from "../http/parse_json_object.ts";
import { readBody } from "../http/read_body.ts";
import { OVERHEAD, type UploadRules } from "../detect/read_upload.ts";
import { shorten } from "../http/shorten.ts";
import { textFields } from "../detect/text_fields.ts";
import { type Image, imageTensor } from "./image_tensor.ts";
import { inferParameters } from "./infer_parameters.ts";
import { checkInferJson } from "./infer_schema.ts";
import { type RequestedOutput, requestedOutputs } from "./requested_outputs.ts";

/** What a client asks of a model. */
export interface InferRequest {
  /** The client's own id of the request. */
  readonly id?: string;
  /** What to look at. */
  readonly image: Image;
  /** How. */
  readonly options: DetectOptions;
  /** What to tell of it. */
  readonly outputs: readonly RequestedOutput[];
}

/** An image of 220x220 in numbers, in nested lists, has some 200,000: each one takes time of all. */
const JSON_RULES = {
  mostMarks: 200_000,
  mostColons: 10_000,
  otherwise: ": send images of more than some 220x220 pixels as binary data, or as files (BYTES)",
  example: '{"inputs": [{"name": "image", …}]}',
};

/**
 * Reads an inference request: JSON, with binary data after it where the header
 * `Inference-Header-Content-Length` says how long the JSON is. Where it says 0, there is no JSON,
 * and the body is the one element of a tensor of BYTES.
 *
 * @throws {DomainError} For whatever is wrong with the request.
 */
export async function readInferRequest(
  context: Context<AppEnv>,
  { maxBytes, bodyTimeoutMs: timeoutMs }: UploadRules,
  room: Room,
): Promise<InferRequest> {
  const jsonBytes = declaredJson(context);
  const query = queryOptions(context);
  // Base64 writes three bytes as four characters.
  const most = jsonBytes === undefined ? Math.ceil(maxBytes / 3) * 4 : maxBytes;
  const maxBodyBytes = most + OVERHEAD;
  const body = await readBody(context, { maxBytes, maxBodyBytes, timeoutMs, room });
  if (jsonBytes === 0) {
    if (body.length === 0) throw new DomainError("no-image", "Cannot infer as the body is empty");
    return { image: body, options: query, outputs: requestedOutputs(undefined, false) };
  }
  const { json, binary } = split(body, jsonBytes);
  const { id, inputs: [input], parameters, outputs } = checkInferJson(
    parseJsonObject(json, JSON_RULES),
  );
  const { options, binaryOutput } = inferParameters(parameters);
  return {
    id,
    outputs: requestedOutputs(outputs, binaryOutput),
    options: { ...query, ...options },
    image: imageTensor(input, binary),
  };
}

/** Bytes of JSON that the body begins with; undefined where all of it is JSON. */
function declaredJson(context: Context<AppEnv>): number | undefined {
  const encoding = context.req.header("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as it must come without Content-Encoding: it is "${shorten(encoding)}"`,
    );
  }
  const length = context.req.header("inference-header-content-length");
  if (length === undefined) return undefined;
  if (/^\d{1,12}$/.test(length)) return Number(length);
  throw new DomainError(
    "malformed-request",
    "Cannot read the body as Inference-Header-Content-Length must be a whole number: " +
      `current value is "${shorten(length)}"`,
  );
}

/** Options stand in the query, too, as for `/detect`; the path names the model. */
function queryOptions(context: Context<AppEnv>): DetectOptions {
  const { model, ...options } = readDetectOptions(textFields(context.req.queries()));
  if (model === undefined) return options;
  throw new DomainError("invalid-option", 'Cannot infer with "model" as the path names the model');
}

function split(body: Uint8Array<ArrayBuffer>, jsonBytes = body.length) {
  if (jsonBytes <= body.length) {
    return { json: body.subarray(0, jsonBytes), binary: body.subarray(jsonBytes) };
  }
  throw new DomainError(
    "malformed-request",
    `Cannot read the body as Inference-Header-Content-Length must be at most its length, ${body.length}: ` +
      `current value is ${jsonBytes}`,
  );
}
