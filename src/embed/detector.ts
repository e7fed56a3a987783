import { DomainError } from "../core/domain_error.ts";
import { createDetector, type DetectorOptions } from "../detect/detector.ts";
import type { ImageLimits } from "../image/limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Detector, DetectResult, ModelInfo } from "../ports/detector.ts";
import type { ModelStore } from "../ports/model_store.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo } from "../ports/session.ts";
import { DetectorPool } from "../serving/detector_pool.ts";
import { abortable } from "./abortable.ts";
import { findModel, type ReadFile } from "./find_model.ts";
import { cancelSource, type ImageSource, readSource } from "./image_source.ts";
import { checkCount, embedLimits } from "./limits.ts";
import type { EmbedDetectOptions, EmbedOptions } from "./options.ts";

/** Runtime of an embedded detector that runs on the calling thread. */
export interface EmbedRuntime {
  /** Runtime. Its store holds the models that come with the package. */
  readonly runtime: Runtime;
  /** Reads a model file by its URL. Unset: the store accepts URLs as model ids. */
  readonly readFile?: ReadFile | undefined;
}

/** Models of an embedded detector, and a function that starts it on any thread. */
export interface EmbedSource {
  /** Models that come with the package. */
  readonly models: ModelStore;
  /** Reads a model file by its URL. Unset: `models` accepts URLs as model ids. */
  readonly readFile?: ReadFile | undefined;
  /** Starts a detector. */
  readonly start: (models: ModelStore, options: DetectorOptions) => Promise<Detector>;
}

/** Detector inside another program. It processes one image at a time, in the order of the calls. */
export interface EmbeddedDetector extends AsyncDisposable {
  /** Model of the detector. */
  readonly model: ModelInfo;
  /** Engine that runs the model. */
  readonly engine: EngineInfo;
  /**
   * Finds objects in an image: an encoded file of a supported format, or pixels.
   *
   * The bytes are not changed, and the caller must not change them before the promise settles.
   *
   * @throws {DomainError} If the image or an option is wrong; `busy`, if `queue` images are waiting
   *   already; `model-not-ready`, if the detector is closed.
   * @throws The signal's reason, if the signal is aborted.
   */
  detect(image: ImageSource, options?: EmbedDetectOptions): Promise<DetectResult>;
  /** Rejects queued and later calls, and frees the model after the running call. */
  close(): Promise<void>;
}

/** Internal parts of an embedded detector. */
export interface Parts {
  /** Manifest of the model. */
  readonly manifest: Manifest;
  /** Detector that the embedded one wraps. */
  readonly detector: Detector;
  /** Limits of images. */
  readonly limits: ImageLimits;
}

/** Implementation of {@linkcode EmbeddedDetector}. */
class OpenDetector implements EmbeddedDetector {
  readonly #parts: Parts;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get model(): ModelInfo {
    return this.#parts.detector.model;
  }

  get engine(): EngineInfo {
    return this.#parts.detector.engine;
  }

  async detect(
    image: ImageSource,
    { signal, ...options }: EmbedDetectOptions = {},
  ): Promise<DetectResult> {
    const { detector, limits: { maxBytes } } = this.#parts;
    try {
      signal?.throwIfAborted();
      if (this.#closing) throw closedError();
    } catch (error) {
      cancelSource(image, error);
      throw error;
    }
    const read = await readSource(image, { maxBytes, signal });
    return await abortable(detector.detect(read, options, { signal }), signal);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#parts.detector.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static partsOf(detector: EmbeddedDetector): Parts {
    if (#parts in detector) return detector.#parts;
    throw new TypeError("Cannot serve the detector as it must be one that createDetector() made");
  }
}

/**
 * Returns the internal parts of a detector, for the app that serves it.
 *
 * @throws {TypeError} If `createDetector()` of this package did not make the detector.
 */
export function partsOf(detector: EmbeddedDetector): Parts {
  return OpenDetector.partsOf(detector);
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}

/**
 * Loads a model on the calling thread and warms it up with an empty image, so that the first call
 * is not slower than the next ones.
 *
 * @throws {DomainError} If the model is unknown, or if its manifest, graph or engine fails.
 * @throws The signal's reason, if the signal is aborted.
 */
export async function openEmbedded(
  { runtime, readFile }: EmbedRuntime,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const start: EmbedSource["start"] = (models, wanted) =>
    createDetector({ ...runtime, models }, wanted);
  return await openEmbeddedFrom({ models: runtime.models, readFile, start }, options);
}

/**
 * Loads a model like {@linkcode openEmbedded}, on the thread or process that `start` chooses.
 *
 * @throws {DomainError} If the model is unknown, or if its manifest, graph or engine fails.
 * @throws The signal's reason, if the signal is aborted.
 */
export async function openEmbeddedFrom(
  { models, readFile, start }: EmbedSource,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const { engine = "auto", queue = Infinity, signal } = options;
  const limits = embedLimits(options.limits);
  checkCount("queue", queue, 0);
  const { manifest, store } = await findModel(options, models, readFile);
  const opening = DetectorPool.open({
    size: 1,
    queue,
    start: () => start(store, { model: manifest.id, engine, limits }),
  });
  try {
    const detector = await abortable(opening, signal);
    return new OpenDetector({ manifest, detector, limits });
  } catch (error) {
    void opening.then((detector) => detector.close(), () => {});
    throw error;
  }
}
