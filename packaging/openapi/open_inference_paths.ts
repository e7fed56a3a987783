// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "npm:zod-openapi@6.0.2";
import { OPTION_SCHEMAS } from "../../routes/detect/options.ts";
import { INFER_PARAMETERS } from "../../routes/open_inference/infer_parameters.ts";
import { INFER_JSON } from "../../routes/open_inference/infer_schema.ts";
import { IMAGE_CODES, json, open, pathText, post, read, RESULT_HEADERS } from "./operations.ts";
import { IMAGE_FILE, OPTIONS, TINY_IMAGE } from "./request_schemas.ts";
import { GUARDED_CODES, INFERENCE_ERRORS, REQUEST_CODES } from "./responses.ts";
import * as schemas from "./schemas.ts";

const TAG = "Open Inference Protocol";
const NAME = z.object({ name: pathText("Model id") });
const VERSIONED = NAME.extend({
  version: z.literal("1").meta({ description: "Version of the model" }),
});
const MODEL_CODES = [...GUARDED_CODES, "unknown-model", "manifest-invalid"] as const;

const JSON_BYTES = z.object({
  "Inference-Header-Content-Length": z.int().min(0).optional().meta({
    description: "Bytes of the JSON before the binary data; 0: the body is an image file",
  }),
});

const { classes, scores } = OPTION_SCHEMAS;

// The chains of schemas that read lists from texts do not describe the texts.
const PARAMETERS = INFER_PARAMETERS.extend({
  classes: z.union([classes, z.string()]).optional().meta({
    description: "Labels of the classes to detect, as a list or with commas between them",
  }),
  scores: z.union([scores, z.string()]).optional().meta({
    description: "Score thresholds of single classes, as an object or as a text",
    example: "cat:0.3,person:0.6",
  }),
});

const REQUEST = INFER_JSON.extend({ parameters: PARAMETERS.exactOptional() }).meta({
  id: "InferRequest",
  description: "Images as a tensor: files (BYTES), or upright RGB pixels (UINT8 or FP32)",
  example: {
    inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [TINY_IMAGE] }],
  },
});

/** Paths of the Open Inference Protocol. */
export const OPEN_INFERENCE_PATHS: ZodOpenApiPathsObject = {
  "/v2": {
    get: read(
      "v2Server",
      TAG,
      "Describe the server",
      schemas.SERVER_METADATA,
      GUARDED_CODES,
      INFERENCE_ERRORS,
    ),
  },
  "/v2/health/live": {
    get: open(
      "v2IsAlive",
      "Check that the server runs",
      schemas.LIVE,
      REQUEST_CODES,
      INFERENCE_ERRORS,
    ),
  },
  "/v2/health/ready": {
    get: open("v2IsReady", "Check that the start-up models have loaded", schemas.SERVER_READY, [
      ...REQUEST_CODES,
      "model-not-ready",
    ], INFERENCE_ERRORS),
  },
  ...modelPaths("/v2/models/{name}", "v2", NAME),
  ...modelPaths("/v2/models/{name}/versions/{version}", "v2Version", VERSIONED),
  "/v2/repository/index": {
    post: read(
      "v2Index",
      TAG,
      "List the models and their state",
      schemas.REPOSITORY_INDEX,
      GUARDED_CODES,
      INFERENCE_ERRORS,
    ),
  },
};

/** Describes the routes of a model. */
function modelPaths(path: string, id: string, params: z.ZodObject): ZodOpenApiPathsObject {
  const requestParams = { path: params };
  return {
    [path]: {
      get: {
        ...read(
          `${id}Model`,
          TAG,
          "Describe a model",
          schemas.MODEL_METADATA,
          MODEL_CODES,
          INFERENCE_ERRORS,
        ),
        requestParams,
      },
    },
    [`${path}/ready`]: {
      get: {
        ...read(`${id}ModelReady`, TAG, "Check that a model is ready", schemas.MODEL_READY, [
          ...MODEL_CODES,
          "model-not-ready",
        ], INFERENCE_ERRORS),
        requestParams,
      },
    },
    [`${path}/config`]: {
      get: {
        ...read(
          `${id}ModelConfig`,
          TAG,
          "Describe a model as NVIDIA Triton does",
          schemas.MODEL_CONFIG,
          MODEL_CODES,
          INFERENCE_ERRORS,
        ),
        requestParams,
      },
    },
    [`${path}/infer`]: { post: inferOperation(`${id}Infer`, params) },
  };
}

function inferOperation(operationId: string, params: z.ZodObject): ZodOpenApiOperationObject {
  return post({
    operationId,
    tag: TAG,
    summary: "Detect objects in an image",
    requestParams: { path: params, query: OPTIONS, header: JSON_BYTES },
    body: {
      "application/json": { schema: REQUEST },
      "application/octet-stream": { schema: IMAGE_FILE },
    },
    response: {
      ...json("Detections as tensors", schemas.INFER_RESULT, RESULT_HEADERS),
      content: {
        "application/json": { schema: schemas.INFER_RESULT },
        "application/octet-stream": {
          schema: z.file().meta({
            description: "JSON, then the binary data of each output",
            override: { type: "string", format: "binary" },
          }),
        },
      },
    },
    codes: IMAGE_CODES,
    errors: INFERENCE_ERRORS,
  });
}
