// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type { ZodOpenApiPathsObject, ZodOpenApiResponseObject } from "npm:zod-openapi@6.0.2";
import { PROBLEMS } from "../../routes/http/problem.ts";
import {
  IMAGE_CODES,
  json,
  open,
  pathText,
  post,
  read,
  RESULT_HEADERS,
  SOME_RESULT_HEADERS,
} from "./operations.ts";
import * as requests from "./request_schemas.ts";
import { COMMON_HEADERS, GUARDED_CODES, REQUEST_CODES } from "./responses.ts";
import * as schemas from "./schemas.ts";

/** Paths of the server's own API. */
export const PATHS: ZodOpenApiPathsObject = {
  "/detect": {
    post: post({
      operationId: "detect",
      tag: "Detection",
      summary: "Detect objects in an image",
      description:
        "Send the image as the body, in the field `image` of a form, or in JSON. Options of a form " +
        "or of JSON override the query.\n\nSeveral fields `image` of a form, or the list `images` " +
        "of JSON, have an object as their response whose `results` are like the lines of " +
        "`/detect/batch`.",
      requestParams: { query: requests.WITH_DRAWING.extend(requests.EXTRAS) },
      body: {
        "image/*": { schema: requests.IMAGE_FILE },
        "application/octet-stream": { schema: requests.IMAGE_FILE },
        "multipart/form-data": { schema: requests.FORM },
        "application/x-www-form-urlencoded": { schema: requests.URLENCODED },
        "application/json": {
          schema: requests.UPLOAD.meta({
            id: "DetectRequest",
            description: "Options, and one of `image`, `url` and `images`",
            example: { image: requests.TINY_IMAGE, score: 0.3 },
          }),
        },
      },
      response: withDrawings(json(
        "Detections in the image, or `results` of several images",
        schemas.DETECT_OUTPUT,
        SOME_RESULT_HEADERS,
      )),
      codes: [...IMAGE_CODES, "url-not-allowed", "url-failed", "not-acceptable"],
    }),
  },
  "/detect/batch": {
    post: post({
      operationId: "detectBatch",
      tag: "Detection",
      summary: "Detect objects in several images",
      description:
        "Send a form with several parts `image`, or a ZIP archive. The response has one line of " +
        "JSON for each image, in order, as soon as the image is done.",
      requestParams: { query: requests.WITH_FORM },
      body: {
        "multipart/form-data": { schema: requests.BATCH_FORM },
        "application/zip": { schema: requests.ARCHIVE },
      },
      response: {
        description: "A line with the result or the problem of each image",
        headers: COMMON_HEADERS,
        content: { "application/x-ndjson": { schema: requests.LINES } },
      },
      codes: IMAGE_CODES,
    }),
  },
  "/detect/{token}": {
    post: post({
      operationId: "selectDetections",
      tag: "Detection",
      summary: "Detect with other options, without a new run",
      description:
        "Selects from the candidates that `POST /detect?keep=true` has kept. The result equals that " +
        "of `POST /detect` with the same options. Options of the body override the query.",
      requestParams: {
        path: z.object({ token: pathText("Token of the response of `POST /detect`") }),
        query: requests.SELECT,
      },
      isOptional: true,
      body: {
        "application/json": {
          schema: requests.SELECT_BODY.meta({
            id: "SelectRequest",
            description: "Options",
            example: { score: 0.3, nms: "soft-gaussian" },
          }),
        },
        "multipart/form-data": { schema: requests.SELECT_FORM },
        "application/x-www-form-urlencoded": { schema: requests.SELECT_FORM },
      },
      response: withOverlay(json("Detections", schemas.SELECT_RESULT, RESULT_HEADERS)),
      codes: [
        ...GUARDED_CODES,
        ...["unknown-token", "invalid-option", "unknown-class", "body-timeout"] as const,
        ...["client-gone", "too-many-bytes", "unsupported-encoding", "busy"] as const,
      ],
    }),
  },
  "/models": {
    get: read("listModels", "Models", "List the models", schemas.MODEL_LIST, GUARDED_CODES),
  },
  "/models/{id}": {
    get: {
      ...read("getModel", "Models", "Get the manifest of a model", schemas.MANIFEST, [
        ...GUARDED_CODES,
        "unknown-model",
        "manifest-invalid",
      ]),
      requestParams: { path: z.object({ id: pathText("Model id") }) },
    },
  },
  "/healthz": {
    get: open("isAlive", "Check that the server runs", schemas.ALIVE, REQUEST_CODES),
  },
  "/readyz": {
    get: open("isReady", "Check that the start-up models have loaded", schemas.READY, [
      ...REQUEST_CODES,
      "model-not-ready",
    ]),
  },
  "/problems/{code}": {
    get: {
      ...read("getProblem", "Errors", "Describe an error code", schemas.PROBLEM_TYPE, [
        ...GUARDED_CODES,
        "not-found",
      ]),
      requestParams: {
        path: z.object({ code: z.enum(Object.keys(PROBLEMS)).meta({ description: "Error code" }) }),
      },
    },
  },
};

/** Adds the drawings that `POST /detect` answers. */
function withDrawings(
  { content, ...response }: ZodOpenApiResponseObject,
): ZodOpenApiResponseObject {
  const svg = z.string().meta({ description: "Image with its boxes and labels as SVG" });
  const file = z.file().meta({
    description: "Image with its boxes and labels",
    override: { type: "string", format: "binary" },
  });
  return {
    ...response,
    content: {
      ...content,
      "image/jpeg": { schema: file },
      "image/png": { schema: file },
      "image/svg+xml": { schema: svg },
    },
  };
}

/** Adds the overlay that `POST /detect/{token}` answers. */
function withOverlay({ content, ...response }: ZodOpenApiResponseObject): ZodOpenApiResponseObject {
  const svg = z.string().meta({ description: "Boxes and labels as SVG, without the image" });
  return { ...response, content: { ...content, "image/svg+xml": { schema: svg } } };
}
