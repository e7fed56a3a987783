// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
} from "npm:zod-openapi@6.0.2";
import { EXTRA_SCHEMAS, FORM_SCHEMAS, OPTION_SCHEMAS } from "../../routes/detect/options.ts";
import { UPLOAD_JSON } from "../../routes/detect/read_json.ts";
import { SELECT_JSON } from "../../routes/detect/read_select.ts";
import {
  type Code,
  COMMON_HEADERS,
  errorResponses,
  type ErrorSchema,
  GUARDED_CODES,
  REQUEST_CODES,
} from "./responses.ts";
import { PROBLEMS } from "../../routes/http/problem.ts";
import * as schemas from "./schemas.ts";

/** Codes of a model that cannot answer. */
export const MODEL_CODES: readonly Code[] = [
  ...["unknown-model", "model-not-ready", "model-too-large", "manifest-invalid"] as const,
  ...["graph-mismatch", "engine-unavailable"] as const,
];

/** Codes of every operation that detects objects in an image. */
export const IMAGE_CODES: readonly Code[] = [
  ...GUARDED_CODES,
  ...["no-image", "wrong-field", "invalid-option", "unknown-class", "too-many-tiles"] as const,
  ...["body-timeout", "client-gone", "too-many-bytes", "too-many-pixels"] as const,
  "not-an-image",
  ...["unsupported-format", "unsupported-encoding", "truncated-image", "corrupt-image"] as const,
  ...MODEL_CODES,
  ...["decode-timeout", "run-timeout", "worker-crashed", "inference-failed", "busy"] as const,
];

/** Options of a detection, as parameters of the query. */
export const OPTIONS = z.object({
  score: OPTION_SCHEMAS.score.optional().meta({
    description: "Score threshold: detections with lower scores are dropped",
  }),
  iou: OPTION_SCHEMAS.iou.optional().meta({
    description: "IoU threshold of non-maximum suppression; refused if the graph does it itself",
  }),
  max: OPTION_SCHEMAS.max.optional().meta({ description: "Maximum number of detections" }),
  classes: OPTION_SCHEMAS.classes.optional().meta({
    description: "Labels of the classes to detect; also one text with commas",
  }),
  scores: z.string().optional().meta({
    description: "Score thresholds of single classes, which override `score`",
    example: "cat:0.3,person:0.6",
  }),
  nms: OPTION_SCHEMAS.nms.optional().meta({
    description: "Rule of non-maximum suppression; refused if the graph does it itself",
  }),
  sigma: OPTION_SCHEMAS.sigma.optional().meta({
    description: "Width of the Gaussian function of `soft-gaussian`",
  }),
  class_agnostic: OPTION_SCHEMAS.class_agnostic.optional().meta({
    description: "True: boxes of different classes suppress each other",
  }),
  tiles: OPTION_SCHEMAS.tiles.optional().meta({
    description: "Tiles into which the image is divided, for small objects: `auto`, or columns " +
      "and rows",
    example: "4x3",
  }),
  overlap: OPTION_SCHEMAS.overlap.optional().meta({
    description: "Overlap of neighbouring tiles, as a fraction of a tile's side; needs `tiles`",
  }),
  merge: OPTION_SCHEMAS.merge.optional().meta({
    description: "Way to merge boxes of different tiles: non-maximum suppression, or weighted " +
      "boxes fusion; needs `tiles`",
  }),
  whole: OPTION_SCHEMAS.whole.optional().meta({
    description: "False: the model runs only on the tiles, not on the whole image; needs `tiles`",
  }),
});

const EXPLAIN = {
  explain: EXTRA_SCHEMAS.explain.optional().meta({
    description: "True: each detection has its origin in the network and what it suppressed",
  }),
};

/** Options that add to the JSON of a response. */
const EXTRAS = {
  ...EXPLAIN,
  keep: EXTRA_SCHEMAS.keep.optional().meta({
    description: "True: the response has a token for `POST /detect/{token}`",
  }),
};

/** Options of a detection and the model, as parameters of the query. */
export const WITH_MODEL = OPTIONS.extend({
  model: OPTION_SCHEMAS.model.optional().meta({ description: "Model id" }),
});

const WITH_FORM = WITH_MODEL.extend({
  boxes: FORM_SCHEMAS.boxes.optional().meta({
    description: "Adds each box as a list, `bbox`, in this order",
  }),
  normalized: FORM_SCHEMAS.normalized.optional().meta({
    description: "True: boxes are shares of the width and the height of the image",
  }),
});

/** Options of `POST /detect`, which may answer a drawing. */
const WITH_DRAWING = WITH_FORM.extend({
  format: FORM_SCHEMAS.format.optional().meta({
    description: "Format of the response. Unset: the header `Accept` decides",
  }),
  overlay: FORM_SCHEMAS.overlay.optional().meta({
    description: "True: a PNG or SVG is transparent beside the boxes",
  }),
  side: FORM_SCHEMAS.side.optional().meta({
    description: "Maximum longer side of a PNG or JPEG, pixels",
  }),
});

/** Options of `POST /detect/{token}`. */
const SELECT = WITH_FORM.omit({ tiles: true, overlap: true, merge: true, whole: true }).extend({
  ...EXPLAIN,
  format: z.enum(["json", "svg"]).optional().meta({ description: "Format of the response" }),
  overlay: FORM_SCHEMAS.overlay.optional().meta({
    description: "True: an SVG without the image, which the format svg needs",
  }),
});

const SELECT_FORM = SELECT.meta({
  id: "SelectForm",
  description: "Form with options",
});

/** Image file as the value of a form field or as a body. */
export const IMAGE_FILE = z.file().meta({
  description:
    "Image file: JPEG, PNG, GIF, WebP, AVIF, BMP or, on servers, HEIC; detected by its first bytes",
  override: { type: "string", format: "binary" },
});

/** GIF of one pixel in base64, for examples that a reader can send. */
export const TINY_IMAGE = "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==";

const FORM = z.object({ image: IMAGE_FILE, ...WITH_DRAWING.shape, ...EXTRAS }).meta({
  id: "DetectForm",
  description: "Form with the image as a file, and options",
});

const URLENCODED = z.object({
  ...FORM.shape,
  image: z.string().meta({ description: "Image in base64, or as a data URL" }),
}).meta({ id: "DetectTextForm", description: "Form with the image as a text, and options" });

const BATCH_FORM = z.object({ image: z.array(IMAGE_FILE), ...WITH_FORM.shape, ...EXTRAS }).meta({
  id: "BatchForm",
  description: "Form with several images as files, and options for all of them",
});

const ARCHIVE = z.file().meta({
  description: "ZIP archive of image files",
  override: { type: "string", format: "binary" },
});

const LINES = z.string().meta({
  description: "Lines of JSON: `index`, `name`, and the fields of a result or `error`",
});

/** Header fields of a response with detections. */
export const RESULT_HEADERS = COMMON_HEADERS.extend({
  "Server-Timing": z.string().meta({ description: "Duration of each stage" }),
});

/** Paths of the server's own API. */
export const PATHS: ZodOpenApiPathsObject = {
  "/detect": {
    post: {
      operationId: "detect",
      tags: ["Detection"],
      summary: "Detect objects in an image",
      description:
        "Send the image as the body, in the field `image` of a form, or in JSON. Options of a form " +
        "or of JSON override the query.\n\nSeveral fields `image` of a form, or the list `images` " +
        "of JSON, have an object as their response whose `results` are like the lines of " +
        "`/detect/batch`.",
      requestParams: { query: WITH_DRAWING.extend(EXTRAS) },
      requestBody: {
        required: true,
        content: {
          "image/*": { schema: IMAGE_FILE },
          "application/octet-stream": { schema: IMAGE_FILE },
          "multipart/form-data": { schema: FORM },
          "application/x-www-form-urlencoded": { schema: URLENCODED },
          "application/json": {
            schema: UPLOAD_JSON.meta({
              id: "DetectRequest",
              description: "Options, and one of `image` and `url`",
              example: { image: TINY_IMAGE, score: 0.3 },
            }),
          },
        },
      },
      responses: {
        200: withDrawings(json(
          "Detections in the image",
          schemas.DETECT_RESULT,
          RESULT_HEADERS,
        )),
        ...errorResponses([...IMAGE_CODES, "url-not-allowed", "url-failed", "not-acceptable"]),
      },
    },
  },
  "/detect/batch": {
    post: {
      operationId: "detectBatch",
      tags: ["Detection"],
      summary: "Detect objects in several images",
      description:
        "Send a form with several parts `image`, or a ZIP archive. The response has one line of " +
        "JSON for each image, in order, as soon as the image is done.",
      requestParams: { query: WITH_FORM },
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": { schema: BATCH_FORM },
          "application/zip": { schema: ARCHIVE },
        },
      },
      responses: {
        200: {
          description: "A line with the result or the problem of each image",
          headers: COMMON_HEADERS,
          content: { "application/x-ndjson": { schema: LINES } },
        },
        ...errorResponses(IMAGE_CODES),
      },
    },
  },
  "/detect/{token}": {
    post: {
      operationId: "selectDetections",
      tags: ["Detection"],
      summary: "Detect with other options, without a new run",
      description:
        "Selects from the candidates that `POST /detect?keep=true` has kept. The result equals that " +
        "of `POST /detect` with the same options. Options of the body override the query.",
      requestParams: {
        path: z.object({ token: pathText("Token of the response of `POST /detect`") }),
        query: SELECT,
      },
      requestBody: {
        required: false,
        content: {
          "application/json": {
            schema: SELECT_JSON.meta({
              id: "SelectRequest",
              description: "Options",
              example: { score: 0.3, nms: "soft-gaussian" },
            }),
          },
          "multipart/form-data": { schema: SELECT_FORM },
          "application/x-www-form-urlencoded": { schema: SELECT_FORM },
        },
      },
      responses: {
        200: withOverlay(json("Detections", schemas.SELECT_RESULT, RESULT_HEADERS)),
        ...errorResponses([
          ...GUARDED_CODES,
          ...["unknown-token", "invalid-option", "unknown-class", "body-timeout"] as const,
          ...["too-many-bytes", "unsupported-encoding", "busy"] as const,
        ]),
      },
    },
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

/** Describes a JSON response. */
export function json(
  description: string,
  schema: z.ZodType,
  headers: z.ZodObject = COMMON_HEADERS,
): ZodOpenApiResponseObject {
  return { description, headers, content: { "application/json": { schema } } };
}

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

/** Describes a parameter in the path. */
export function pathText(description: string): z.ZodString {
  return z.string().min(1).meta({ description });
}

/** Describes an operation without a body. */
export function read(
  operationId: string,
  tag: string,
  summary: string,
  schema: z.ZodType,
  codes: readonly Code[],
  form?: ErrorSchema,
): ZodOpenApiOperationObject {
  return {
    operationId,
    tags: [tag],
    summary,
    responses: { 200: json("Success", schema), ...errorResponses(codes, form) },
  };
}

/** Describes an operation that needs no API key. */
export function open(
  operationId: string,
  summary: string,
  schema: z.ZodType,
  codes: readonly Code[],
  form?: ErrorSchema,
): ZodOpenApiOperationObject {
  return { ...read(operationId, "Health", summary, schema, codes, form), security: [] };
}
