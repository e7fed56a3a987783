// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "npm:zod-openapi@6.0.2";
import { HUGGING_FACE_JSON } from "../../routes/hugging_face/read_request.ts";
import { OPTION_SCHEMAS } from "../../routes/detect/options.ts";
import { ROBOFLOW_JSON } from "../../routes/roboflow/read_request.ts";
import { VISION_JSON } from "../../routes/vision/vision_schema.ts";
import * as dialects from "./dialect_schemas.ts";
import { IMAGE_CODES, json, pathText, post, read, RESULT_HEADERS } from "./operations.ts";
import {
  IMAGE_FILE,
  imageForm,
  imageTextForm,
  OPTIONS,
  PLAIN_UPLOAD,
  TINY_IMAGE,
  WITH_MODEL,
} from "./request_schemas.ts";
import {
  COMMON_HEADERS,
  errorResponses,
  type ErrorSchema,
  GUARDED_CODES,
  REQUEST_CODES,
} from "./responses.ts";
import { PROBLEM } from "./schemas.ts";

/** Codes of the routes that fetch images by their URL. */
const URL_CODES = ["url-not-allowed", "url-failed"] as const;

const HUGGING_FACE_ERRORS: ErrorSchema = {
  prefix: "HuggingFace",
  mediaType: "application/json",
  schema: dialects.HUGGING_FACE_ERROR,
};
const ROBOFLOW_ERRORS: ErrorSchema = {
  prefix: "Roboflow",
  mediaType: "application/json",
  schema: dialects.ROBOFLOW_ERROR,
};
const VISION_ERRORS: ErrorSchema = {
  prefix: "Vision",
  mediaType: "application/json",
  schema: dialects.VISION_ERROR,
};

const ROBOFLOW_KEYS = [{}, { bearer: [] }, { apiKey: [] }, { roboflowKey: [] }];
const VISION_KEYS = [{}, { bearer: [] }, { apiKey: [] }, { googleKey: [] }];
const NEVER = { description: "False or null; true is refused" };
const BASE64 = z.string().meta({ description: "Image in base64" });

const HUGGING_FACE_REQUEST = HUGGING_FACE_JSON.meta({
  id: "HuggingFaceRequest",
  example: { inputs: TINY_IMAGE, parameters: { threshold: 0.5 } },
  override: { required: ["inputs"] },
});

const HUGGING_FACE_FORM = imageForm("HuggingFaceForm", OPTIONS.shape);
const HUGGING_FACE_TEXT_FORM = imageTextForm("HuggingFaceTextForm", OPTIONS.shape);
const ROBOFLOW_FORM = imageForm(
  "RoboflowForm",
  {},
  "Form with the image as a file, in the field `image` or `file`",
);

/** Paths of the dialects other than the Open Inference Protocol. */
export const DIALECT_PATHS: ZodOpenApiPathsObject = {
  "/": {
    get: {
      operationId: "page",
      tags: ["Detection"],
      summary: "Page for people",
      security: [],
      responses: {
        200: {
          description: "Page that detects objects in photos",
          headers: COMMON_HEADERS,
          content: { "text/html": { schema: z.string() } },
        },
        ...errorResponses(REQUEST_CODES),
      },
    },
    post: huggingFace("huggingFaceDetect", OPTIONS),
  },
  "/models/{id}": {
    post: {
      ...huggingFace("huggingFaceDetectWith", OPTIONS),
      requestParams: { path: z.object({ id: pathText("Model id") }), query: OPTIONS },
    },
  },
  "/info": {
    get: {
      ...read(
        "roboflowInfo",
        "Roboflow",
        "Describe the server",
        dialects.ROBOFLOW_INFO,
        REQUEST_CODES,
        ROBOFLOW_ERRORS,
      ),
      security: [],
    },
  },
  "/model/registry": {
    get: {
      ...read(
        "roboflowModels",
        "Roboflow",
        "List the models",
        dialects.ROBOFLOW_MODELS,
        GUARDED_CODES,
        ROBOFLOW_ERRORS,
      ),
      security: ROBOFLOW_KEYS,
    },
  },
  "/model/add": {
    post: roboflow(
      "roboflowAddModel",
      "Check that the server has a model",
      z.object({ model_id: ROBOFLOW_JSON.shape.model_id, api_key: ROBOFLOW_JSON.shape.api_key })
        .meta({
          id: "RoboflowModelRequest",
        }),
      dialects.ROBOFLOW_MODELS,
    ),
  },
  "/infer/object_detection": {
    post: roboflow(
      "roboflowDetect",
      "Detect objects in one image or a list of images",
      ROBOFLOW_JSON.extend({
        api_key: ROBOFLOW_JSON.shape.api_key.meta({
          description: "API key; must precede the image",
        }),
        class_agnostic_nms: ROBOFLOW_JSON.shape.class_agnostic_nms.meta({
          description: "True: boxes of different classes suppress each other",
        }),
        visualize_predictions: ROBOFLOW_JSON.shape.visualize_predictions.meta(NEVER),
        disable_preproc_auto_orient: ROBOFLOW_JSON.shape.disable_preproc_auto_orient.meta(NEVER),
      }).meta({
        id: "RoboflowRequest",
        example: { model_id: "everyday8", image: { type: "base64", value: TINY_IMAGE } },
      }),
      z.union([dialects.ROBOFLOW_RESULT, z.array(dialects.ROBOFLOW_RESULT)]),
      RESULT_HEADERS,
    ),
  },
  "/{model}/{version}": {
    post: {
      operationId: "roboflowDetectLegacy",
      tags: ["Roboflow"],
      summary: "Detect objects in an image (API v0)",
      security: ROBOFLOW_KEYS,
      requestParams: {
        path: z.object({ model: pathText("Model id"), version: z.literal("1") }),
        query: z.object({
          confidence: OPTION_SCHEMAS.score.optional().meta({ description: "Score threshold" }),
          overlap: OPTION_SCHEMAS.iou.optional().meta({ description: "IoU threshold of NMS" }),
          max_detections: OPTION_SCHEMAS.max.optional(),
          classes: z.string().optional().meta({ description: "Labels with commas" }),
          format: z.literal("json").optional(),
        }),
      },
      requestBody: {
        required: true,
        content: {
          "text/plain": { schema: BASE64 },
          "image/*": { schema: IMAGE_FILE },
          "multipart/form-data": { schema: ROBOFLOW_FORM },
        },
      },
      responses: {
        200: json("Detections", dialects.ROBOFLOW_RESULT, RESULT_HEADERS),
        ...errorResponses(IMAGE_CODES, ROBOFLOW_ERRORS),
        404: {
          description: "`unknown-model`, or `not-found` for another version than 1.",
          headers: COMMON_HEADERS,
          content: {
            "application/json": { schema: dialects.ROBOFLOW_ERROR },
            "application/problem+json": { schema: PROBLEM },
          },
        },
      },
    },
  },
  "/v1/images:annotate": {
    post: post({
      operationId: "visionAnnotate",
      tag: "Cloud Vision",
      summary: "Detect objects in up to 16 images",
      security: VISION_KEYS,
      body: {
        "application/json": {
          schema: VISION_JSON.meta({
            id: "VisionRequest",
            example: {
              requests: [{
                image: { content: TINY_IMAGE },
                features: [{ type: "OBJECT_LOCALIZATION" }],
              }],
            },
          }),
        },
      },
      response: json("Objects of each image", dialects.VISION_RESULT),
      codes: IMAGE_CODES,
      errors: VISION_ERRORS,
    }),
  },
  "/coco/images/{id}": {
    post: post({
      operationId: "cocoDetect",
      tag: "COCO",
      summary: "Detect objects in an image of a COCO data set",
      requestParams: {
        path: z.object({ id: z.int().min(0).meta({ description: "Id of the image" }) }),
        query: WITH_MODEL,
      },
      body: {
        "image/*": { schema: IMAGE_FILE },
        "application/octet-stream": { schema: IMAGE_FILE },
        "multipart/form-data": { schema: imageForm("CocoForm", WITH_MODEL.shape) },
        "application/x-www-form-urlencoded": {
          schema: imageTextForm("CocoTextForm", WITH_MODEL.shape),
        },
        "application/json": {
          schema: PLAIN_UPLOAD.meta({
            id: "CocoRequest",
            description: "Options, and one of `image` and `url`",
            example: { image: TINY_IMAGE, score: 0.3 },
          }),
        },
      },
      response: json("COCO results", dialects.COCO_RESULTS, RESULT_HEADERS),
      codes: [...IMAGE_CODES, ...URL_CODES],
    }),
  },
};

function huggingFace(operationId: string, query: z.ZodObject): ZodOpenApiOperationObject {
  return post({
    operationId,
    tag: "Hugging Face",
    summary: "Detect objects in an image",
    requestParams: { query },
    body: {
      "application/json": { schema: HUGGING_FACE_REQUEST },
      "image/*": { schema: IMAGE_FILE },
      "application/octet-stream": { schema: IMAGE_FILE },
      "multipart/form-data": { schema: HUGGING_FACE_FORM },
      "application/x-www-form-urlencoded": { schema: HUGGING_FACE_TEXT_FORM },
    },
    response: json("Objects in the image", dialects.HUGGING_FACE_OBJECTS, RESULT_HEADERS),
    codes: IMAGE_CODES,
    errors: HUGGING_FACE_ERRORS,
  });
}

function roboflow(
  operationId: string,
  summary: string,
  request: z.ZodType,
  response: z.ZodType,
  headers?: z.ZodObject,
): ZodOpenApiOperationObject {
  return post({
    operationId,
    tag: "Roboflow",
    summary,
    security: ROBOFLOW_KEYS,
    body: { "application/json": { schema: request } },
    response: json("Success", response, headers),
    codes: IMAGE_CODES,
    errors: ROBOFLOW_ERRORS,
  });
}
