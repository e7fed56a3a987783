import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import { isFinished, type Manifest } from "../manifest/manifest.ts";
import { createResizePlan, type ResizePlan } from "../core/resize_plan.ts";
import type {
  DetectCall,
  Detection,
  DetectOptions,
  Detector,
  DetectResult,
} from "../ports/detector.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Provider, Session, Tensor } from "../ports/session.ts";
import { detectionsOf } from "./detections.ts";
import { finishedDetections } from "./finished_detections.ts";
import { goneError } from "../core/domain_error.ts";
import { headsOf } from "./heads.ts";
import { emptyInput, inputOf, readImage } from "./preprocess.ts";
import { type LoadedModel, loadModel } from "./load_model.ts";
import { modelInfo } from "./model_info.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve_options.ts";

/** What a detector is made of. */
export interface DetectorOptions {
  /** Id of the model in the runtime's store. */
  readonly model: string;
  /** Engine to run on; `auto` where absent. */
  readonly engine?: Provider | "auto";
  /** What an image may weigh; {@linkcode DEFAULT_IMAGE_LIMITS} where absent. */
  readonly limits?: ImageLimits;
}

/**
 * Loads a model and runs it once on an empty image, so that the first caller does not wait.
 *
 * @throws {DomainError} If the manifest, the graph or the engine does not do.
 */
export async function createDetector(
  runtime: Runtime,
  options: DetectorOptions,
): Promise<Detector> {
  const loaded = await loadModel(runtime, options.model, options.engine ?? "auto");
  try {
    await warmUp(loaded);
  } catch (error) {
    await loaded.session.close();
    throw error;
  }
  return detectorOf(runtime, loaded, options.limits);
}

/** A detector of a model that is loaded already; it closes the session. */
export function detectorOf(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  asked: ImageLimits = DEFAULT_IMAGE_LIMITS,
): Detector {
  const { capabilities } = runtime;
  const limits = {
    maxBytes: asked.maxBytes,
    maxPixels: Math.min(asked.maxPixels, capabilities.maxPixels),
    maxDecodedBytes: Math.min(asked.maxDecodedBytes, capabilities.maxDecodedBytes),
  };
  return {
    model: modelInfo(manifest),
    engine: session.engine,
    detect: (image, options = {}, call = {}) =>
      detect({ manifest, session, runtime, limits }, image, options, call),
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
  image: ImageInput,
  asked: DetectOptions,
  call: DetectCall,
): Promise<DetectResult> {
  const { manifest, session } = parts;
  const options = resolveOptions(manifest, asked);
  refuseGone(call);
  const started = performance.now();
  const { input, plan, decoded } = prepare(parts, image);
  call.onDecoded?.();
  const prepared = performance.now();
  const outputs = await session.run({ [manifest.input.name]: input });
  refuseGone(call);
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
function prepare({ manifest, runtime, limits }: Parts, image: ImageInput) {
  const planned = readImage(image, manifest, runtime.codec, limits);
  const decoded = performance.now();
  return { input: inputOf(planned, manifest), plan: planned.plan, decoded };
}

/** Nobody waits for the stages after this one. */
function refuseGone({ signal }: DetectCall): void {
  if (signal?.aborted) throw goneError();
}

/**
 * The outputs of a run to detections in source pixels.
 *
 * @throws {DomainError} `graph-mismatch`, if the outputs are not what the manifest says.
 */
export function postprocess(
  manifest: Manifest,
  outputs: Readonly<Record<string, Tensor>>,
  plan: ResizePlan,
  options: ResolvedOptions,
): Detection[] {
  if (isFinished(manifest)) return finishedDetections(manifest, outputs, plan, options);
  return detectionsOf(headsOf(manifest, outputs, plan.input), plan, manifest, options);
}

/**
 * Runs a model on an empty image.
 *
 * @returns What the graph put out.
 * @throws {DomainError} `graph-mismatch`, if that is not what the manifest says.
 */
export async function warmUp({ manifest, session }: LoadedModel): Promise<Record<string, Tensor>> {
  const plan = createResizePlan({ width: 64, height: 64 }, manifest.resize, manifest.pad);
  const outputs = await session.run({ [manifest.input.name]: emptyInput(plan, manifest) });
  postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
  return outputs;
}
