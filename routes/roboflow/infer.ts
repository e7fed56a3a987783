import type { Context } from "hono";
import type { DetectResult } from "../../src/ports/detector.ts";
import { roundDetection, serverTiming, sumOfTimings } from "../detect/format_result.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { readImageJson } from "../detect/read_image_json.ts";
import { refuseEarly } from "../detect/refuse_early.ts";
import { runDetector } from "../detect/run_detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import { readBodyImage, readLegacyOptions } from "./legacy_request.ts";
import {
  bodySecret,
  checkRoboflowJson,
  JSON_OPTIONS,
  MAX_IMAGES,
  modelOf,
} from "./read_request.ts";

/** Detections in one image, in the format of Roboflow Inference. */
export interface RoboflowResult {
  /** Id of this response. */
  readonly inference_id: string;
  /** Seconds that the detection took. */
  readonly time: number;
  /** Size of the upright image in pixels. */
  readonly image: { readonly width: number; readonly height: number };
  /** Detections, best score first. */
  readonly predictions: readonly RoboflowPrediction[];
}

/** Detected object in the format of Roboflow Inference. */
export interface RoboflowPrediction {
  /** Centre of the box on the x axis, pixels. */
  readonly x: number;
  /** Centre of the box on the y axis, pixels. */
  readonly y: number;
  /** Width of the box in pixels. */
  readonly width: number;
  /** Height of the box in pixels. */
  readonly height: number;
  /** Score of the detection, 0 to 1. */
  readonly confidence: number;
  /** Name of the class. */
  readonly class: string;
  /** Class id of the model. */
  readonly class_id: number;
  /** Random id of this detection. */
  readonly detection_id: string;
}

/**
 * Handles `POST /infer/object_detection` of version v1 of the Roboflow API. The JSON contains one
 * image or a list of images.
 */
export async function handleJson(
  context: Context<AppEnv>,
  deps: DetectDeps,
): Promise<Response> {
  const { registry } = deps;
  using lease = deps.budget.lease(context.get("client") ?? "");
  // The body names the model, so only a server with one model can refuse the request before the
  // body is read.
  if (registry.models.length === 1) refuseEarly(context, registry.defaultModel, registry);
  const { json, images } = await readImageJson(context, deps, lease, {
    ...JSON_OPTIONS,
    maxImages: MAX_IMAGES,
    isImage: ([field, ...path]) =>
      field === "image" && path.at(-1) === "value" &&
      (path.length === 1 || (path.length === 2 && path[0] === null)),
    secret: bodySecret(context),
  });
  await context.get("bodyKey")?.count();
  const request = checkRoboflowJson(json, registry);
  const { model, options } = request;
  const results: DetectResult[] = [];
  for (const image of request.images) {
    results.push(await runDetector(context, registry, model, images.bytesOf(image), options));
  }
  context.header("Server-Timing", serverTiming(sumOfTimings(results)));
  const answers = results.map(formatRoboflow);
  return request.isList ? context.json(answers) : context.json(answers[0]!);
}

/**
 * Handles `POST /{model}/{version}` of version v0 of the Roboflow API. The body is the image in
 * base64.
 */
export async function handleModel(
  context: Context<AppEnv>,
  deps: DetectDeps,
): Promise<Response> {
  const { model: name = "", version = "" } = context.req.param() as Record<string, string>;
  const model = modelOf(`${name}/${version}`, deps.registry);
  const options = readLegacyOptions(context);
  using lease = deps.budget.lease(context.get("client") ?? "");
  refuseEarly(context, model, deps.registry);
  const bytes = await readBodyImage(context, deps, lease);
  const result = await runDetector(context, deps.registry, model, bytes, options);
  context.header("Server-Timing", serverTiming(result.timing));
  return context.json(formatRoboflow(result));
}

/** Converts the detections of one image to the JSON of Roboflow Inference. */
export function formatRoboflow({ image, detections, timing }: DetectResult): RoboflowResult {
  return {
    inference_id: crypto.randomUUID(),
    time: Number((timing.total / 1000).toFixed(5)),
    image,
    predictions: detections.map((detection) => {
      const { label, classId, score, box: { xmin, ymin, xmax, ymax } } = roundDetection(detection);
      return {
        x: round((xmin + xmax) / 2),
        y: round((ymin + ymax) / 2),
        width: round(xmax - xmin),
        height: round(ymax - ymin),
        confidence: score,
        class: label,
        class_id: classId,
        detection_id: crypto.randomUUID(),
      };
    }),
  };
}

/**
 * Rounds a number of pixels to 0.001, which removes floating-point errors. The exact centre of a
 * box is a multiple of 0.005, because the edges are multiples of 0.01.
 */
function round(pixels: number): number {
  return Number(pixels.toFixed(3));
}
