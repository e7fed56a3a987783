import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { photoSvg } from "../../src/draw/photo_svg.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget } from "../http/byte_budget.ts";
import { formatResult, serverTiming } from "./format_result.ts";
import { refuseEarly } from "./refuse_early.ts";
import { readUpload, type UploadOptions } from "./read_upload.ts";

/** Dependencies of the handlers that detect objects: upload options, models and memory budget. */
export interface DetectDeps extends UploadOptions {
  /** Models that the app serves. */
  readonly registry: ModelRegistry;
  /** Limit on the memory for the bodies of all requests together. */
  readonly budget: ByteBudget;
}

/** Media type of a response that is a drawing of the detections. */
const SVG = "image/svg+xml";

/**
 * Handles `POST /detect`: reads an image and responds with its detections as JSON. If the client
 * prefers SVG, the response is the image with the detections drawn over it.
 */
export async function detect(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const client = context.get("client") ?? "";
  using lease = deps.budget.lease(client);
  if (!bodyMayNameModel(context, deps.registry)) {
    refuseEarly(context, context.req.query("model") ?? deps.registry.defaultModel, deps.registry);
  }
  const { bytes, options } = await readUpload(context, deps, lease);
  const { model = deps.registry.defaultModel, boxes, normalized, ...detectOptions } = options;
  const { signal } = context.req.raw;
  const result = await deps.registry.use(
    model,
    (detector) => detector.detect(bytes, detectOptions, { signal, client }),
  );
  context.header("Server-Timing", serverTiming(result.timing));
  if (!wantsSvg(context)) return context.json(formatResult(result, { boxes, normalized }));
  // An SVG contains the image in base64. It is in memory twice: as a text and as bytes.
  lease.take(Math.ceil(bytes.length * 8 / 3));
  const { format } = readHeader(bytes);
  return context.body(photoSvg(bytes, format, result.image, result.detections), 200, {
    "content-type": SVG,
  });
}

/** Returns true if the client prefers SVG to JSON. */
function wantsSvg(context: Context): boolean {
  const supports = ["application/json", SVG];
  return accepts(context, { header: "Accept", supports, default: "application/json" }) === SVG;
}

/**
 * Returns true if the request body may name the model: the body is a form or JSON, and the server
 * has several models.
 */
function bodyMayNameModel(context: Context<AppEnv>, { models }: ModelRegistry): boolean {
  return models.length > 1 && /json|form/i.test(context.req.header("content-type") ?? "");
}
