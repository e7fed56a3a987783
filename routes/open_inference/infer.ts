import type { Context } from "hono";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { serverTiming } from "../detect/server_timing.ts";
import { askedModel } from "./asked_model.ts";
import { MODEL_VERSION } from "./model_metadata.ts";
import { type OutputTensor, outputTensor } from "./output_tensors.ts";
import { readInferRequest } from "./read_infer_request.ts";
import { tensorBytes } from "./tensor_bytes.ts";

/** `POST /v2/models/{name}/infer`: an image as a tensor in, what is in it as tensors out. */
export async function infer(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { id: model } = askedModel(context, deps.registry);
  using room = deps.budget.open();
  const { id, image, options, outputs } = await readInferRequest(context, deps, room);
  const { signal } = context.req.raw;
  const result = await deps.registry.use(
    model,
    (detector) => detector.detect(image, options, { signal }),
  );
  context.header("Server-Timing", serverTiming(result.timing));
  const pieces: Uint8Array[] = [];
  const tensors = outputs.map(({ name, isBinary }) => {
    const tensor = outputTensor(name, result.detections);
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

/** JSON, and the binary data of the outputs in their order after it. */
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
