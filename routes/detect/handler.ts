import type { Context } from "hono";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { DetectResult, StageTimes } from "../../src/ports/detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget } from "../http/byte_budget.ts";
import { roundDetection, roundTo } from "./round_detection.ts";
import { readUpload, type UploadRules } from "./read_upload.ts";
import { serverTiming } from "./server_timing.ts";

/** What `POST /detect` works with. */
export interface DetectDeps extends UploadRules {
  /** Every model that is served. */
  readonly registry: ModelRegistry;
  /** What the images of all requests may weigh together. */
  readonly budget: ByteBudget;
}

/** `POST /detect`: an image in, what is in it out. */
export async function detect(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  using room = deps.budget.open();
  const { bytes, options: asked } = await readUpload(context, deps, room);
  const { model = deps.registry.defaultModel, ...options } = asked;
  const { signal } = context.req.raw;
  const result = await deps.registry.use(
    model,
    (detector) => detector.detect(bytes, options, { signal }),
  );
  context.header("Server-Timing", serverTiming(result.timing));
  return context.json(answerOf(result));
}

/** The result with as many digits as mean something: a hundredth of a pixel, of a millisecond. */
function answerOf({ model, image, detections, engine, timing }: DetectResult) {
  return {
    model,
    image,
    detections: detections.map(roundDetection),
    engine: { provider: engine.provider, threads: engine.threads },
    timing: roundTimes(timing),
  };
}

function roundTimes({ decode, preprocess, inference, postprocess, total }: StageTimes): StageTimes {
  return {
    decode: roundTo(decode, 2),
    preprocess: roundTo(preprocess, 2),
    inference: roundTo(inference, 2),
    postprocess: roundTo(postprocess, 2),
    total: roundTo(total, 2),
  };
}
