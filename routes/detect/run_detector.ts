import type { Context } from "hono";
import type { ImageInput } from "../../src/image/raw_image.ts";
import type { DetectOptions, DetectResult } from "../../src/ports/detector.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import { traceDetection } from "./trace_detection.ts";

/**
 * Detects objects in an image for the client of a request, and records the detection in the trace
 * of the request. If the client disconnects, the detection is cancelled.
 */
export async function runDetector(
  context: Context<AppEnv>,
  registry: Pick<ModelRegistry, "use">,
  model: string,
  image: ImageInput,
  options: DetectOptions,
): Promise<DetectResult> {
  const client = context.get("client") ?? "";
  const { signal } = context.req.raw;
  return await traceDetection(
    context.get("trace"),
    model,
    (onStarted) =>
      registry.use(
        model,
        (detector) => detector.detect(image, options, { signal, client, onStarted }),
      ),
  );
}
