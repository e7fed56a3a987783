import type { Context } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import type { Batch } from "./batch_image.ts";
import { checkExtras } from "./keep.ts";
import { type ImageResult, imageResults, type ImageResultsDeps } from "./image_results.ts";

/** Form of the response to several images: a line of JSON for each image, or one JSON object. */
export type ResultsForm = "lines" | "list";

/**
 * Responds with the results of several images while they are processed. An image starts only when
 * the client is ready to read its result.
 *
 * @param lease Part of the memory budget that the images take. The response takes over this part.
 * @throws {DomainError} `unknown-model`: an unknown model is an error of the request, not of each
 *   image.
 */
export function respondResults(
  context: Context<AppEnv>,
  deps: ImageResultsDeps,
  batch: Batch,
  lease: ByteLease,
  form: ResultsForm,
): Response {
  const { model = deps.registry.defaultModel } = batch.options;
  checkExtras(batch.options, deps, "json");
  deps.registry.manifest(model);
  const results = imageResults(context, deps, model, batch);
  const texts = form === "lines" ? linesOf(results) : listOf(results);
  const held = lease.moved();
  const endTrace = context.get("trace")?.keepOpen();
  const body = streamOf(texts, context.req.raw.signal, () => {
    held[Symbol.dispose]();
    endTrace?.();
  });
  const type = form === "lines" ? "application/x-ndjson" : "application/json";
  return context.body(body, 200, { "content-type": type });
}

async function* linesOf(results: AsyncGenerator<ImageResult>): AsyncGenerator<string, void> {
  for await (const result of results) yield `${JSON.stringify(result)}\n`;
}

/** Yields a JSON object in pieces, one for each result: `{"results": [...]}`. */
async function* listOf(results: AsyncGenerator<ImageResult>): AsyncGenerator<string, void> {
  let start = '{"results":[';
  for await (const result of results) {
    yield start + JSON.stringify(result);
    start = ",";
  }
  yield "]}";
}

/**
 * Returns a stream of texts. Requests the next text only when the client is ready to read.
 *
 * @param onEnd Called once, at the end of the texts or when the client disconnects.
 */
function streamOf(
  texts: AsyncGenerator<string, void>,
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
      const next = await texts.next();
      if (!next.done) return controller.enqueue(encoder.encode(next.value));
      end();
      controller.close();
    },
    async cancel() {
      end();
      await texts.return();
    },
  }, { highWaterMark: 0 });
}
