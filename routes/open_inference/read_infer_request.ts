import type { Context } from "hono";
import { ByteList } from "../../src/core/byte_list.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageInput } from "../../src/image/raw_image.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { ImageTexts } from "../detect/image_texts.ts";
import { readDetectOptions, withoutForm } from "../detect/options.ts";
import { MAX_OVERHEAD, type UploadOptions } from "../detect/read_upload.ts";
import { textFields } from "../detect/text_fields.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { type JsonPath, JsonSplitter } from "../http/json_splitter.ts";
import { JsonComplexity, parseJsonObject } from "../http/parse_json_object.ts";
import { shorten } from "../http/problem.ts";
import { readBody, type ReadBodyOptions } from "../http/read_body.ts";
import { imageTensor } from "./image_tensor.ts";
import { inferParameters } from "./infer_parameters.ts";
import { checkInferJson } from "./infer_schema.ts";
import { MAX_IMAGES } from "./malformed.ts";
import { type RequestedOutput, requestedOutputs } from "./requested_outputs.ts";

/** Parsed inference request. */
export interface InferRequest {
  /** Id that the client gave the request. Unset: the client gave no id. */
  readonly id?: string;
  /** Images. Each image is the bytes of a file, or RGB pixels. */
  readonly images: readonly ImageInput[];
  /** Options of the detection. */
  readonly options: DetectOptions;
  /** Outputs that the response contains. */
  readonly outputs: readonly RequestedOutput[];
}

/**
 * Limits on the commas, brackets and colons of the JSON. An image of 220x220 pixels as nested lists
 * is allowed: it has about 200,000 commas and brackets.
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
  const limits = { maxBytes, maxBodyBytes, timeoutMs, lease };
  if (jsonBytes === 0) {
    const body = await readBody(context, limits);
    if (body.length === 0) throw new DomainError("no-image", "Cannot infer as the body is empty");
    return { images: [body], options: query, outputs: requestedOutputs(undefined, false) };
  }
  const { json, texts, binary } = await readSplitBody(context, limits, jsonBytes);
  const { id, inputs: [input], parameters, outputs } = checkInferJson(
    parseJsonObject(json, JSON_OPTIONS),
  );
  const { options, binaryOutput } = inferParameters(parameters);
  return {
    ...(id !== undefined && { id }),
    outputs: requestedOutputs(outputs, binaryOutput),
    options: { ...query, ...options },
    images: imageTensor(input, binary, texts, lease),
  };
}

/**
 * Returns the length of the JSON in bytes, from the header `Inference-Header-Content-Length`.
 * Returns undefined if the header is missing, because then the whole body is JSON.
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
  const { model, ...options } = withoutForm(readDetectOptions(textFields(context.req.queries())));
  if (model === undefined) return options;
  throw new DomainError("invalid-option", 'Cannot infer with "model" as the path names the model');
}

/** Body of an inference request. */
interface SplitBody {
  /** JSON in which the index of an image replaces each text of a BYTES tensor. */
  readonly json: Uint8Array;
  /** Decoder that has read the texts of a BYTES tensor. */
  readonly texts: ImageTexts;
  /** Bytes after the JSON. */
  readonly binary: Uint8Array;
}

/**
 * Reads the JSON of a request and the bytes after the JSON. Decodes an image in the JSON while the
 * body arrives.
 *
 * @param jsonBytes Length of the JSON. Undefined: the whole body is JSON.
 */
async function readSplitBody(
  context: Context<AppEnv>,
  limits: ReadBodyOptions,
  jsonBytes = Infinity,
): Promise<SplitBody> {
  const { lease } = limits;
  const declared = Number(context.req.header("content-length") ?? 0);
  const expected = Math.floor(3 * Math.min(declared, jsonBytes) / 4);
  const texts = new ImageTexts(MAX_IMAGES, expected, (bytes) => lease.take(bytes));
  const complexity = new JsonComplexity(JSON_OPTIONS);
  const splitter = new JsonSplitter(isTensorText, texts, (piece) => {
    complexity.add(piece);
    lease.take(piece.length);
  });
  const binary = new ByteList();
  let size = 0;
  await readBody(context, {
    ...limits,
    onChunk(chunk) {
      const end = Math.max(0, Math.min(jsonBytes - size, chunk.length));
      size += chunk.length;
      splitter.write(chunk.subarray(0, end));
      if (end === chunk.length) return;
      lease.take(chunk.length - end);
      binary.add(chunk.subarray(end));
    },
  });
  if (jsonBytes !== Infinity && jsonBytes > size) throw tooFewBytes(jsonBytes, size);
  // A large JSON is in memory three times: as bytes, as a text and as values.
  lease.take(2 * Math.max(0, splitter.kept - MAX_OVERHEAD));
  return { json: splitter.end(), texts, binary: binary.joined() };
}

/**
 * Returns true if a JSON path is an item of `data`, or of a list in `data`, of a tensor in the list
 * `inputs`. These items are the texts of a BYTES tensor.
 */
function isTensorText([list, tensor, key, index, ...more]: JsonPath): boolean {
  return list === "inputs" && tensor === null && key === "data" && index === null &&
    (more.length === 0 || (more.length === 1 && more[0] === null));
}

function tooFewBytes(jsonBytes: number, size: number): DomainError {
  return new DomainError(
    "malformed-request",
    `Cannot read the body as Inference-Header-Content-Length must be at most its length, ${size}: ` +
      `current value is ${jsonBytes}`,
  );
}
