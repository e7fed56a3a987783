import type { Context } from "hono";
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

/** Handles `POST /detect`: reads an image and responds with its detections. */
export async function detect(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const client = context.get("client") ?? "";
  using lease = deps.budget.lease(client);
  if (!bodyMayNameModel(context, deps.registry)) {
    refuseEarly(context, context.req.query("model") ?? deps.registry.defaultModel, deps.registry);
  }
  const { bytes, options } = await readUpload(context, deps, lease);
  const { model = deps.registry.defaultModel, ...detectOptions } = options;
  const { signal } = context.req.raw;
  const result = await deps.registry.use(
    model,
    (detector) => detector.detect(bytes, detectOptions, { signal, client }),
  );
  context.header("Server-Timing", serverTiming(result.timing));
  return context.json(formatResult(result));
}

/**
 * Returns true if the body may name the model: the body is a form or JSON, and there are several
 * models.
 */
function bodyMayNameModel(context: Context<AppEnv>, { models }: ModelRegistry): boolean {
  return models.length > 1 && /json|form/i.test(context.req.header("content-type") ?? "");
}
