import { goneError } from "../core/domain_error.ts";
import type { ResizePlan } from "../core/resize_plan.ts";
import type { InputTensor } from "../image/input_tensor.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectCall, DetectOptions, Detector, DetectResult } from "../ports/detector.ts";
import type { Drawing, DrawRequest } from "../ports/drawing.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo, Provider } from "../ports/session.ts";
import { detectTiles } from "./detect_tiles.ts";
import type { DetectorParts } from "./detector_parts.ts";
import { feedsOf } from "./feeds.ts";
import { briefRun } from "./first_run.ts";
import { type LoadedModel, loadModel } from "./load_model.ts";
import { modelInfo } from "./model_info.ts";
import { candidatesOfRun, postprocess } from "./postprocess.ts";
import { inputOf, readImage } from "./preprocess.ts";
import { resolveOptions } from "./resolve_options.ts";

/** Options of {@linkcode createDetector}. */
export interface DetectorOptions {
  /** Model id in the model store of the runtime. */
  readonly model: string;
  /**
   * Engine that runs the graph. `auto`: the first engine that works.
   *
   * @default "auto"
   */
  readonly engine?: Provider | "auto" | undefined;
  /**
   * Limits of an image. The limits of the runtime also apply.
   *
   * @default DEFAULT_IMAGE_LIMITS
   */
  readonly limits?: ImageLimits | undefined;
}

/**
 * Loads a model and creates its detector.
 *
 * The graph runs once on an empty image, because the first run of a graph is slow.
 *
 * @throws {DomainError} If the manifest, the graph or the engine cannot be used.
 */
export async function createDetector(
  runtime: Runtime,
  options: DetectorOptions,
): Promise<Detector> {
  const loaded = await loadModel(runtime, options.model, options.engine ?? "auto");
  try {
    const cost = await briefRun(loaded);
    return { ...detectorOf(runtime, loaded, options.limits), warmUp: cost };
  } catch (error) {
    await loaded.session.close();
    throw error;
  }
}

/**
 * Creates the detector of a model that is already loaded.
 *
 * Closing the detector also closes the session of the loaded model.
 */
export function detectorOf(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  { maxBytes, maxPixels, maxDecodedBytes, maxTiles }: ImageLimits = DEFAULT_IMAGE_LIMITS,
): Detector {
  const { capabilities } = runtime;
  const { precision } = manifest.graph;
  const engine: EngineInfo = {
    ...session.engine,
    ...(precision && { precision }),
    ...(runtime.codec.native && { codec: "native" }),
  };
  const limits = {
    maxBytes,
    maxPixels: Math.min(maxPixels, capabilities.maxPixels),
    maxDecodedBytes: Math.min(maxDecodedBytes, capabilities.maxDecodedBytes),
    maxTiles,
  };
  return {
    model: modelInfo(manifest),
    engine,
    detect: (image, options = {}, call = {}) =>
      detect({ manifest, session, engine, runtime, limits }, image, options, call),
    draw: runtime.encoder && ((image, request) => draw(runtime, limits, image, request)),
    close: () => session.close(),
  };
}

/**
 * Detects objects in one image.
 *
 * 1. Resolve the options. Unset options get their values from the manifest.
 * 2. Decode the image, plan its resize and fill the input tensor.
 * 3. Run the graph.
 * 4. Turn the outputs of the graph into detections in source pixels.
 * 5. Report the time of each stage.
 *
 * If the call is cancelled, it ends before step 2 or before step 4.
 */
async function detect(
  parts: DetectorParts,
  image: ImageInput,
  options: DetectOptions,
  call: DetectCall,
): Promise<DetectResult> {
  const { manifest, session, engine } = parts;

  // 1. Options.
  const resolved = resolveOptions(manifest, options);
  const { tiling } = resolved;
  if (tiling !== null) return await detectTiles(parts, image, resolved, tiling, call);

  // 2. Image to tensor.
  refuseCancelled(call);
  const started = performance.now();
  const { input, plan, decodedAt } = await prepare(parts, image);
  call.onDecoded?.(input.data.length);
  const preparedAt = performance.now();

  // 3. Tensor to outputs.
  const outputs = await session.run(feedsOf(manifest, input, plan));
  refuseCancelled(call);
  const inferredAt = performance.now();

  // 4. Outputs to detections.
  const detections = postprocess(manifest, outputs, plan, resolved);
  const candidates = candidatesOfRun(manifest, outputs, plan, resolved);
  const ended = performance.now();

  // 5. Result.
  return {
    model: manifest.id,
    image: plan.source,
    detections,
    engine,
    timing: {
      decode: decodedAt - started,
      preprocess: preparedAt - decodedAt,
      inference: inferredAt - preparedAt,
      postprocess: ended - inferredAt,
      total: ended - started,
    },
    ...candidates && { candidates },
  };
}

/** Draws detections over an image and encodes the drawing. */
async function draw(
  { codec, encoder }: Runtime,
  limits: ImageLimits,
  image: ImageInput,
  request: DrawRequest,
): Promise<Drawing> {
  const started = performance.now();
  const { drawImage } = await import("./draw_image.ts");
  const canvas = drawImage(image, request, codec, limits);
  const bytes = await encoder!(canvas, request.format, request.isOverlay);
  return { bytes, ms: performance.now() - started };
}

/** Throws if the caller has cancelled the call. */
function refuseCancelled({ signal }: DetectCall): void {
  if (signal?.aborted) throw goneError();
}

/** Input tensor of an image, and the plan for mapping its boxes back to source pixels. */
interface PreparedImage {
  readonly input: InputTensor;
  readonly plan: ResizePlan;
  /** Value of `performance.now()` when the pixels were decoded. */
  readonly decodedAt: number;
}

/**
 * Decodes an image and fills its input tensor.
 *
 * Only this function holds the decoded pixels. After the function returns, the pixels can be
 * garbage-collected while the image waits for the engine.
 */
async function prepare(
  { manifest, runtime, limits }: DetectorParts,
  image: ImageInput,
): Promise<PreparedImage> {
  const planned = await readImage(image, manifest, runtime.codec, limits);
  const decodedAt = performance.now();
  return { input: inputOf(planned, manifest, runtime.codec), plan: planned.plan, decodedAt };
}
