import type { Context } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { problemData } from "../http/problem.ts";
import { formatResult } from "./format_result.ts";
import type { DetectDeps } from "./handler.ts";
import { type Batch, readBatch } from "./read_batch.ts";
import { refuseEarly } from "./refuse_early.ts";
import { runDetector } from "./run_detector.ts";

/**
 * Handles `POST /detect/batch`: reads several images and responds with one line of JSON for each,
 * as soon as the image is done.
 *
 * The images are processed one after the other, as if the client had sent them one by one. Thus
 * other clients wait no longer than for single images. An image starts only when the client is
 * ready to read the result. No image starts after the client has disconnected.
 */
export async function detectBatch(
  context: Context<AppEnv>,
  deps: DetectDeps,
): Promise<Response> {
  const { registry, budget } = deps;
  const named = context.req.query("model");
  if (named !== undefined || registry.models.length === 1) {
    refuseEarly(context, named ?? registry.defaultModel, registry);
  }
  const lease = budget.lease(context.get("client") ?? "");
  try {
    const batch = await readBatch(context, deps, lease);
    const { model = registry.defaultModel } = batch.options;
    registry.manifest(model); // an unknown model is an error of the request, not of each image
    const lines = linesOf(context, deps, model, batch);
    const body = streamOf(lines, context.req.raw.signal, () => lease[Symbol.dispose]());
    return context.body(body, 200, { "content-type": "application/x-ndjson" });
  } catch (error) {
    lease[Symbol.dispose]();
    throw error;
  }
}

/** Yields one line of JSON per image. The line of an image that fails contains the error. */
async function* linesOf(
  context: Context<AppEnv>,
  { registry, log }: DetectDeps,
  model: string,
  { images, options }: Batch,
): AsyncGenerator<string, void> {
  const { model: _, boxes, normalized, ...detectOptions } = options;
  let index = 0;
  try {
    for await (const { name, read } of images) {
      if (context.req.raw.signal.aborted) return;
      const start = { index, ...name !== undefined && { name } };
      try {
        const result = await runDetector(context, registry, model, await read(), detectOptions);
        yield line({ ...start, ...formatResult(result, { boxes, normalized }) });
      } catch (error) {
        yield line({ ...start, error: problemData(context, error, log) });
      }
      index++;
    }
  } catch (error) { // the rest of the archive cannot be read
    yield line({ index, error: problemData(context, error, log) });
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Returns a stream of lines. Requests the next line only when the client is ready to read.
 *
 * @param onEnd Called once, at the end of the lines or when the client disconnects.
 */
function streamOf(
  lines: AsyncGenerator<string, void>,
  signal: AbortSignal,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const end = () => {
    signal.removeEventListener("abort", end);
    onEnd();
  };
  signal.addEventListener("abort", end);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const next = await lines.next();
      if (!next.done) return controller.enqueue(encoder.encode(next.value));
      end();
      controller.close();
    },
    async cancel() {
      end();
      await lines.return();
    },
  }, { highWaterMark: 0 });
}
