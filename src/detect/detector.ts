import type { Manifest } from "../../models/manifest.ts";
import { createPlan, type Plan } from "../core/plan.ts";
import type { Detection, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Provider, Session, Tensor } from "../ports/session.ts";
import { candidatesOf } from "./candidates.ts";
import { detectionsOf } from "./detections.ts";
import { headsOf } from "./heads.ts";
import { decodePicture, DEFAULT_IMAGE_LIMITS, type ImageLimits, tensorOf } from "./ingest.ts";
import { loadModel } from "./load_model.ts";
import { modelInfo } from "./model_info.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve_options.ts";

/** What a detector is made of. */
export interface DetectorOptions {
  /** Id of the model in the runtime's store. */
  readonly model: string;
  /** Engine to run on; `auto` where absent. */
  readonly engine?: Provider | "auto";
  /** What a picture may weigh; {@linkcode DEFAULT_IMAGE_LIMITS} where absent. */
  readonly limits?: ImageLimits;
}

/**
 * Loads a model and runs it once on an empty picture, so that the first caller does not wait.
 *
 * @throws {DomainError} If the manifest, the graph or the engine does not do.
 */
export async function createDetector(
  runtime: Runtime,
  options: DetectorOptions,
): Promise<Detector> {
  const { manifest, session } = await loadModel(runtime, options.model, options.engine ?? "auto");
  const limits = {
    maxBytes: options.limits?.maxBytes ?? DEFAULT_IMAGE_LIMITS.maxBytes,
    maxPixels: Math.min(
      options.limits?.maxPixels ?? DEFAULT_IMAGE_LIMITS.maxPixels,
      runtime.capabilities.maxPixels,
    ),
  };
  try {
    await warmUp(manifest, session);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    model: modelInfo(manifest),
    engine: session.engine,
    detect: (bytes, asked = {}) => detect({ manifest, session, runtime, limits }, bytes, asked),
    close: () => session.close(),
  };
}

interface Parts {
  readonly manifest: Manifest;
  readonly session: Session;
  readonly runtime: Runtime;
  readonly limits: ImageLimits;
}

/** The pipeline: decode, tensor, run, detections; each stage on the clock. */
async function detect(
  parts: Parts,
  bytes: Uint8Array,
  asked: DetectOptions,
): Promise<DetectResult> {
  const { manifest, session } = parts;
  const options = resolveOptions(manifest, asked);
  const started = performance.now();
  const { tensor, plan, decoded } = prepare(parts, bytes);
  const prepared = performance.now();
  const outputs = await session.run(feedsOf(manifest, tensor, plan));
  const inferred = performance.now();
  const detections = postprocess(manifest, outputs, plan, options);
  const ended = performance.now();
  return {
    model: manifest.id,
    image: plan.source,
    detections,
    engine: session.engine,
    timing: {
      decode: decoded - started,
      preprocess: prepared - decoded,
      inference: inferred - prepared,
      postprocess: ended - inferred,
      total: ended - started,
    },
  };
}

/** Decodes and fills the tensor; the pixels are let go before the wait for the engine begins. */
function prepare({ manifest, runtime, limits }: Parts, bytes: Uint8Array) {
  const picture = decodePicture(bytes, manifest, runtime.codec, limits);
  const decoded = performance.now();
  return { tensor: tensorOf(picture, manifest), plan: picture.plan, decoded };
}

/**
 * The outputs of a run to detections in source pixels.
 *
 * @throws {DomainError} `graph-mismatch`, if the outputs are not what the manifest says.
 */
export function postprocess(
  manifest: Manifest,
  outputs: Readonly<Record<string, Tensor>>,
  plan: Plan,
  options: ResolvedOptions,
): Detection[] {
  const candidates = candidatesOf(headsOf(manifest, outputs, plan.input), {
    score: options.score,
    perLevel: manifest.postprocess.candidatesPerLevel,
    classIds: options.classIds,
    coder: manifest.boxes,
  });
  return detectionsOf(candidates, plan, manifest, options);
}

function feedsOf(manifest: Manifest, data: Float32Array, { input }: Plan): Record<string, Tensor> {
  return { [manifest.input.name]: { data, shape: [1, 3, input.height, input.width] } };
}

async function warmUp(manifest: Manifest, session: Session): Promise<void> {
  const plan = createPlan({ width: 64, height: 64 }, manifest.resize, manifest.pad);
  const { width, height } = plan.input;
  const outputs = await session.run(feedsOf(manifest, new Float32Array(3 * width * height), plan));
  postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
}
