import type { Context } from "hono";
import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import { optionFaults } from "../detect/faults.ts";
import { OPTION_SCHEMAS } from "../detect/options.ts";
import type { BodySecret } from "../detect/read_image_json.ts";
import type { AppEnv } from "../http/app_env.ts";

/** Maximum number of images in one request. */
export const MAX_IMAGES = 16;

/** Limits of the JSON of a request. A list of labels contains many commas. */
export const JSON_OPTIONS = {
  maxMarks: 10_000,
  maxColons: 1000,
  example: '{"model_id": "everyday8", "image": {"type": "base64", "value": "BASE64"}}',
};

const image = z.strictObject({
  type: z.literal("base64", 'must be "base64"'),
  value: z.string("must be a text"),
});

const off = z.literal(false, "must be false, because this server cannot do it").nullable();

/** Schema of the JSON of `POST /infer/object_detection`. Clients send null for unset options. */
export const ROBOFLOW_JSON = z.object({
  // An empty text, because the key itself is removed while the body arrives.
  api_key: z.string("must be a text").nullable().optional(),
  model_id: z.string("must be a text").min(1, "must not be empty"),
  image: z.union([image, z.array(image).min(1, "must not be empty").max(MAX_IMAGES)], {
    error: 'must be {"type": "base64", "value": "BASE64"}, or a list of such objects',
  }),
  // For "best" and "default", the score threshold of the manifest is used.
  confidence: z.union([OPTION_SCHEMAS.score, z.enum(["best", "default"])], {
    error: "must be a number from 0 to 1",
  }).nullable().optional(),
  iou_threshold: OPTION_SCHEMAS.iou.nullable().optional(),
  max_detections: OPTION_SCHEMAS.max.nullable().optional(),
  class_filter: OPTION_SCHEMAS.classes.nullable().optional(),
  class_agnostic_nms: OPTION_SCHEMAS.class_agnostic.nullable().optional(),
  visualize_predictions: off.optional(),
  disable_preproc_auto_orient: off.optional(),
});

/** JSON of a request. Further options of Roboflow, for example for drawings, are ignored. */
type RoboflowJson = z.infer<typeof ROBOFLOW_JSON>;

/** Checked content of one request. */
export interface RoboflowRequest {
  /** Id of the model. */
  readonly model: string;
  /** Texts that replace the images in the JSON, in the order of the images. */
  readonly images: readonly string[];
  /** True if the request contains a list of images. The response is then a list, too. */
  readonly isList: boolean;
  /** Options of the detection. */
  readonly options: DetectOptions;
}

/**
 * Returns the check of the API key in the JSON. If the request is already accepted, the key is only
 * removed from the JSON.
 */
export function bodySecret(context: Context<AppEnv>): BodySecret {
  const key = context.get("bodyKey");
  return { field: "api_key", check: (value) => key?.accept(value) };
}

/**
 * Checks the JSON of a request.
 *
 * @throws {DomainError} `invalid-option` or `unknown-model`.
 */
export function checkRoboflowJson(
  json: Readonly<Record<string, unknown>>,
  registry: ModelRegistry,
): RoboflowRequest {
  const parsed = ROBOFLOW_JSON.safeParse(json);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, json, Object.keys(ROBOFLOW_JSON.shape));
    throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
  }
  const { model_id, image, api_key: _, ...options } = parsed.data;
  const isList = Array.isArray(image);
  return {
    model: modelOf(model_id, registry),
    images: (isList ? image : [image]).map(({ value }) => value),
    isList,
    options: detectOptions(options),
  };
}

/**
 * Reads the model id in the JSON of `POST /model/add`.
 *
 * @returns Id that the client sent, and the id of the same model in this server.
 */
export function readModelId(
  json: Readonly<Record<string, unknown>>,
  registry: ModelRegistry,
): { asked: string; id: string } {
  const { model_id, api_key } = ROBOFLOW_JSON.shape;
  const parsed = z.object({ model_id, api_key }).safeParse(json);
  if (parsed.success) {
    return { asked: parsed.data.model_id, id: modelOf(parsed.data.model_id, registry) };
  }
  const faults = optionFaults(parsed.error, json, ["model_id", "api_key"]);
  throw new DomainError("invalid-option", `Cannot add the model as ${faults}`);
}

/**
 * Returns the id of a model that a client names. An id of Roboflow ends in a version, for example
 * `everyday8/1`. Models of this server have only one version.
 *
 * @throws {DomainError} `unknown-model` if the server does not have the model.
 */
export function modelOf(id: string, registry: ModelRegistry): string {
  return registry.manifest(id.replace(/\/1$/, "")).id;
}

function detectOptions(given: Omit<RoboflowJson, "model_id" | "image" | "api_key">): DetectOptions {
  const { confidence, iou_threshold, max_detections, class_filter, class_agnostic_nms } = given;
  return {
    ...(typeof confidence === "number" && { scoreThreshold: confidence }),
    ...(typeof iou_threshold === "number" && { iou: iou_threshold }),
    ...(typeof max_detections === "number" && { max: max_detections }),
    ...(class_filter?.length && { classes: class_filter }), // an empty list filters nothing
    ...(typeof class_agnostic_nms === "boolean" && { classAgnostic: class_agnostic_nms }),
  };
}
