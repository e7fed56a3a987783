import type { Context } from "hono";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget } from "../http/byte_budget.ts";
import { problemData } from "../http/problem.ts";
import type { Batch, BatchImage } from "./batch_image.ts";
import { formatResult } from "./format_result.ts";
import { type KeepDeps, keepFields } from "./keep.ts";
import { BATCH_RETRY_MS, retryBusy } from "./retry_busy.ts";
import { runDetector } from "./run_detector.ts";

/** Dependencies of {@linkcode imageResults}. */
export interface ImageResultsDeps extends KeepDeps {
  /** Models that the app serves. */
  readonly registry: ModelRegistry;
  /** Limit on the memory for the bodies of all requests together. */
  readonly budget: ByteBudget;
  /** Logs an internal error with the id of its request. */
  readonly log: (error: Error, requestId: string) => void;
}

/** Result of one image of a batch, or its problem as `error`. */
export type ImageResult =
  & { readonly index: number; readonly name?: string }
  & Record<
    string,
    unknown
  >;

/**
 * Yields the result of each image of a batch, in order. The result of an image that fails contains
 * the error.
 *
 * The images are processed one after the other, as if the client had sent them one by one. Thus
 * other clients wait no longer than for single images. No image starts after the client has
 * disconnected.
 */
export async function* imageResults(
  context: Context<AppEnv>,
  deps: ImageResultsDeps,
  model: string,
  { images, options }: Batch,
): AsyncGenerator<ImageResult, void> {
  const { model: _, boxes, normalized, ...detectOptions } = options;
  const detect = async (image: BatchImage) => {
    using lease = deps.budget.lease(context.get("client") ?? "");
    const bytes = await image.read(lease);
    const run = () => runDetector(context, deps.registry, model, bytes, detectOptions);
    return await retryBusy(run, { forMs: BATCH_RETRY_MS, signal: context.req.raw.signal });
  };
  let index = 0;
  try {
    for await (const image of images) {
      if (context.req.raw.signal.aborted) return;
      const { name } = image;
      const start = { index, ...name !== undefined && { name } };
      try {
        const result = await detect(image);
        const fields = keepFields(context, deps, result);
        yield { ...start, ...formatResult(result, { boxes, normalized }), ...fields };
      } catch (error) {
        yield { ...start, error: problemData(context, error, deps.log) };
      }
      index++;
    }
  } catch (error) { // the rest of the archive cannot be read
    yield { index, error: problemData(context, error, deps.log) };
  }
}
