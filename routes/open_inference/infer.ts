import type { Context } from "hono";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { DetectResult } from "../../src/ports/detector.ts";
import { serverTiming, sumOfTimings } from "../detect/format_result.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { refuseEarly } from "../detect/refuse_early.ts";
import { runDetector } from "../detect/run_detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import { MODEL_VERSION } from "./model_metadata.ts";
import { type OutputTensor, outputTensor } from "./output_tensors.ts";
import { readInferRequest } from "./read_infer_request.ts";
import { requestedModel } from "./requested_model.ts";
import { tensorBytes } from "./tensor_bytes.ts";

/**
 * Handles `POST /v2/models/{name}/infer`: reads images from a tensor and responds with tensors of
 * the detections in the images. The images are processed one after another.
 */
export async function infer(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { id: model } = requestedModel(context, deps.registry);
  const client = context.get("client") ?? "";
  using lease = deps.budget.lease(client);
  refuseEarly(context, model, deps.registry);
  const { id, images, options, outputs } = await readInferRequest(context, deps, lease);
  const results: DetectResult[] = [];
  for (const image of images) {
    results.push(await runDetector(context, deps.registry, model, image, options));
  }
  context.header("Server-Timing", serverTiming(sumOfTimings(results)));
  const pieces: Uint8Array[] = [];
  const tensors = outputs.map(({ name, isBinary }) => {
    const tensor = outputTensor(name, results.map(({ detections }) => detections));
    if (!isBinary) return tensor;
    const bytes = tensorBytes(tensor);
    pieces.push(bytes);
    return withoutData(tensor, bytes.length);
  });
  const answer = { id, model_name: model, model_version: MODEL_VERSION, outputs: tensors };
  return pieces.length === 0 ? context.json(answer) : binaryAnswer(context, answer, pieces);
}

function withoutData({ name, datatype, shape }: OutputTensor, size: number) {
  return { name, datatype, shape, parameters: { binary_data_size: size } };
}

/**
 * Responds with JSON, followed by the binary data of each output. The outputs have the same order
 * in the JSON and in the binary data.
 */
function binaryAnswer(
  context: Context<AppEnv>,
  answer: Readonly<Record<string, unknown>>,
  pieces: readonly Uint8Array[],
): Response {
  const json = new TextEncoder().encode(JSON.stringify(answer));
  return context.body(joinedBytes([json, ...pieces]), 200, {
    "content-type": "application/octet-stream",
    "inference-header-content-length": String(json.length),
  });
}
