import type { ImageLimits } from "../image/limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import { createDetector, type DetectorOptions } from "../detect/detector.ts";
import { DetectorPool } from "../serving/detector_pool.ts";
import type { Detector, DetectResult, ModelInfo } from "../ports/detector.ts";
import type { ModelStore } from "../ports/model_store.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo } from "../ports/session.ts";
import { abortable } from "./abortable.ts";
import { checkCount, embedLimits } from "./limits.ts";
import type { EmbedDetectOptions, EmbedOptions } from "./options.ts";
import { findModel, type ReadFile } from "./find_model.ts";
import { cancelSource, type ImageSource, readSource } from "./image_source.ts";

/** Where a detector is embedded. */
export interface EmbedHost {
  /** Its store holds the models that come with the package. */
  readonly runtime: Runtime;
  /** Reads a file of a model by its address; where absent, the store knows it by that, too. */
  readonly readFile?: ReadFile;
}

/** Where a detector is embedded that may run elsewhere than on the thread that asks. */
export interface EmbedSource {
  /** The models that come with the package. */
  readonly models: ModelStore;
  /** Reads a file of a model by its address; where absent, `models` knows it by that, too. */
  readonly readFile?: ReadFile;
  /** Starts a detector. */
  readonly start: (models: ModelStore, options: DetectorOptions) => Promise<Detector>;
}

/** A detector inside somebody's program: one image at a time, in the order in which they came. */
export interface EmbeddedDetector extends AsyncDisposable {
  /** The model. */
  readonly model: ModelInfo;
  /** The engine that runs it. */
  readonly engine: EngineInfo;
  /**
   * Finds objects in an image: a file in any of the formats that are read, or its pixels.
   *
   * The bytes stay as they are, and must until the answer is there.
   *
   * @throws {DomainError} For whatever is wrong with the image or the options; `busy`, if `queue`
   *   images wait; `model-not-ready` once the detector is closed.
   * @throws The signal's reason, once it is aborted.
   */
  detect(image: ImageSource, options?: EmbedDetectOptions): Promise<DetectResult>;
  /** Refuses what waits and what comes later, and frees the model once its image is done. */
  close(): Promise<void>;
}

/** What a detector is made of inside. */
interface Parts {
  readonly manifest: Manifest;
  readonly detector: Detector;
  readonly limits: ImageLimits;
}

/** The one implementation. */
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
 * What a detector is made of, for those who serve it.
 *
 * @throws {TypeError} If it is somebody else's.
 */
export function partsOf(detector: EmbeddedDetector): Parts {
  return OpenDetector.partsOf(detector);
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}

/**
 * Loads a model and runs it once on an empty image, so that the first caller does not wait.
 *
 * @throws {DomainError} If there is no such model; if its manifest, graph or engine does not do.
 * @throws The signal's reason, once it is aborted.
 */
export async function openEmbedded(
  { runtime, readFile }: EmbedHost,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const start: EmbedSource["start"] = (models, asked) =>
    createDetector({ ...runtime, models }, asked);
  return await openEmbeddedFrom({ models: runtime.models, readFile, start }, options);
}

/** As `openEmbedded`, on whatever thread or process `start` chooses. */
export async function openEmbeddedFrom(
  { models, readFile, start }: EmbedSource,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const { engine, queue = Infinity, signal } = options;
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
