import type { Context } from "hono";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget } from "../http/byte_budget.ts";
import { answerFormat } from "./answer_format.ts";
import type { BatchOptions } from "./batch_image.ts";
import { checkExtras, type KeepDeps, keepFields } from "./keep.ts";
import { respondDrawing, respondSvg } from "./draw.ts";
import { formatResult, serverTiming } from "./format_result.ts";
import { readImages } from "./read_images.ts";
import { refuseEarly } from "./refuse_early.ts";
import { respondResults } from "./respond_results.ts";
import { runDetector } from "./run_detector.ts";

/** Dependencies of the handlers that detect objects: upload options, models and memory budget. */
export interface DetectDeps extends BatchOptions, KeepDeps {
  /** Models that the app serves. */
  readonly registry: ModelRegistry;
  /** Limit on the memory for the bodies of all requests together. */
  readonly budget: ByteBudget;
  /** Maximum pixels of the longer side of a drawing. */
  readonly maxDrawingSide: number;
  /** Logs an internal error with the id of its request. */
  readonly log: (error: Error, requestId: string) => void;
}

/**
 * Handles `POST /detect`: reads an image and responds with its detections as JSON, or with a
 * drawing of the detections. Responds to several images with a list of results.
 */
export async function detect(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { registry } = deps;
  using lease = deps.budget.lease(context.get("client") ?? "");
  if (!bodyMayNameModel(context, registry)) {
    refuseEarly(context, context.req.query("model") ?? registry.defaultModel, registry);
  }
  const upload = await readImages(context, deps, lease);
  if ("images" in upload) return respondResults(context, deps, upload, lease, "list");
  const { bytes, options } = upload;
  const { boxes, normalized, format, overlay = false, side, ...rest } = options;
  const { model = registry.defaultModel, ...detectOptions } = rest;
  context.header("Vary", "Accept", { append: true });
  const chosen = answerFormat(context, { format, overlay, side });
  checkExtras(detectOptions, deps, chosen);
  if (chosen === "png" || chosen === "jpeg") {
    const maxSide = Math.min(side ?? Infinity, deps.maxDrawingSide);
    const request = { format: chosen, isOverlay: overlay, maxSide };
    return await respondDrawing(context, deps, model, bytes, detectOptions, request);
  }
  const result = await runDetector(context, registry, model, bytes, detectOptions);
  context.header("Server-Timing", serverTiming(result.timing));
  if (chosen === "svg") return respondSvg(context, bytes, result, overlay, lease);
  const fields = keepFields(context, deps, result);
  return context.json({ ...formatResult(result, { boxes, normalized }), ...fields });
}

/**
 * Returns true if the request body may name the model: the body is a form or JSON, and the server
 * has several models.
 */
function bodyMayNameModel(context: Context<AppEnv>, { models }: ModelRegistry): boolean {
  return models.length > 1 && /json|form/i.test(context.req.header("content-type") ?? "");
}
