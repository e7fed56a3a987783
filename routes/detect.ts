import type { Context } from "hono";
import type { ModelShelf } from "../src/detect/model_shelf.ts";
import type { Detection, DetectResult, StageTimes } from "../src/ports/detector.ts";
import type { AppEnv } from "./app_env.ts";
import type { ByteBudget } from "./byte_budget.ts";
import { readUpload, type UploadRules } from "./read_upload.ts";

/** What `POST /detect` works with. */
export interface DetectDeps extends UploadRules {
  /** Every model that is served. */
  readonly shelf: ModelShelf;
  /** What the pictures of all requests may weigh together. */
  readonly budget: ByteBudget;
}

/** `POST /detect`: a picture in, what is in it out. */
export async function detect(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  using room = deps.budget.open();
  const { bytes, options: asked } = await readUpload(context, deps, room);
  const { model = deps.shelf.defaultModel, ...options } = asked;
  const { signal } = context.req.raw;
  const result = await deps.shelf.use(
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

function roundDetection({ label, classId, score, box }: Detection): Detection {
  const { xmin, ymin, xmax, ymax } = box;
  return {
    label,
    classId,
    score: round(score, 5),
    box: { xmin: round(xmin, 2), ymin: round(ymin, 2), xmax: round(xmax, 2), ymax: round(ymax, 2) },
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function roundTimes({ decode, preprocess, inference, postprocess, total }: StageTimes): StageTimes {
  return {
    decode: round(decode, 2),
    preprocess: round(preprocess, 2),
    inference: round(inference, 2),
    postprocess: round(postprocess, 2),
    total: round(total, 2),
  };
}

/** W3C Server Timing, section 3. */
function serverTiming(timing: StageTimes): string {
  const stages = Object.entries(timing) as [keyof StageTimes, number][];
  return stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`).join(", ");
}
