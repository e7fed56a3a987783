import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectResult } from "../../src/ports/detector.ts";
import { roundDetection } from "../detect/format_result.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { readImageJson } from "../detect/read_image_json.ts";
import { refuseEarly } from "../detect/refuse_early.ts";
import { runDetector } from "../detect/run_detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import { PROBLEMS } from "../http/problem.ts";
import { checkVisionJson, MAX_IMAGES, type VisionRequest } from "./vision_schema.ts";

/** Limits of the JSON of a request, which has a few keys for each image. */
const JSON_OPTIONS = {
  maxMarks: 1000,
  maxColons: 1000,
  example: '{"requests": [{"image": {"content": "BASE64"}, "features": [{"type": "…"}]}]}',
};

/** Number of the RPC code `INVALID_ARGUMENT` (google/rpc/code.proto). */
const INVALID_ARGUMENT = 3;

/** Corner of a box. The coordinates are fractions of the width and the height of the image. */
export interface NormalizedVertex {
  /** Distance from the left edge of the image, divided by the image width: 0 to 1. */
  readonly x: number;
  /** Distance from the top edge of the image, divided by the image height: 0 to 1. */
  readonly y: number;
}

/** Response for one image: the objects in the image, or an error. */
export type VisionResponse =
  | { readonly localizedObjectAnnotations: readonly LocalizedObject[] }
  | { readonly error: { readonly code: number; readonly message: string } };

/** Detected object in the format of the Google Cloud Vision API. */
export interface LocalizedObject {
  /** Id in Google's Knowledge Graph. Always empty, because this server does not know these ids. */
  readonly mid: string;
  /** Name of the class. */
  readonly name: string;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Corners of the box: top left, top right, bottom right, bottom left. */
  readonly boundingPoly: { readonly normalizedVertices: readonly NormalizedVertex[] };
}

/**
 * Handles `POST /v1/images:annotate`. The response contains one entry per image. The entry of an
 * image that cannot be read is an error. The detection continues with the other images.
 */
export async function annotate(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { registry } = deps;
  using lease = deps.budget.lease(context.get("client") ?? "");
  if (registry.models.length === 1) refuseEarly(context, registry.defaultModel, registry);
  const { json, images } = await readImageJson(context, deps, lease, {
    ...JSON_OPTIONS,
    maxImages: MAX_IMAGES,
    isImage: (path) => path.join("/") === "requests//image/content",
    alphabet: "either", // as ProtoJSON demands
  });
  const responses: VisionResponse[] = [];
  for (const request of checkVisionJson(json)) {
    const read = () => images.bytesOf(request.image.content);
    responses.push(await annotateImage(context, deps, request, read));
  }
  return context.json({ responses });
}

async function annotateImage(
  context: Context<AppEnv>,
  { registry }: DetectDeps,
  { features: [feature] }: VisionRequest,
  read: () => Uint8Array,
): Promise<VisionResponse> {
  const maxResults = feature?.maxResults ?? feature?.max_results;
  const named = feature?.model ?? "";
  const model = /^(builtin\/.*)?$/.test(named)
    ? registry.defaultModel
    : registry.manifest(named).id;
  try {
    const result = await runDetector(context, registry, model, read(), {
      ...(maxResults && { max: maxResults }),
    });
    return { localizedObjectAnnotations: localizedObjects(result) };
  } catch (error) {
    // An error about the image only fails this image. Any other error fails the whole request.
    if (!(error instanceof DomainError) || !isAboutImage(error)) throw error;
    return { error: { code: INVALID_ARGUMENT, message: error.message } };
  }
}

/** Returns true if an error is about the image itself. */
function isAboutImage({ code }: DomainError): boolean {
  return code === "no-image" || code === "malformed-request" ||
    [413, 415, 422].includes(PROBLEMS[code][0]);
}

/** Converts the detections of one image to the JSON of the Google Cloud Vision API. */
export function localizedObjects({ image, detections }: DetectResult): LocalizedObject[] {
  return detections.map((detection) => {
    const { label, score } = roundDetection(detection);
    const { xmin, ymin, xmax, ymax } = detection.box;
    const [left, right] = [xmin, xmax].map((x) => Number((x / image.width).toFixed(6)));
    const [top, bottom] = [ymin, ymax].map((y) => Number((y / image.height).toFixed(6)));
    const corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    const normalizedVertices = corners.map(([x = 0, y = 0]) => ({ x, y }));
    return { mid: "", name: label, score, boundingPoly: { normalizedVertices } };
  });
}
