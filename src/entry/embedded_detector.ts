import type { Manifest } from "../../models/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import { createDetector } from "../detect/detector.ts";
import { DetectorPool } from "../detect/detector_pool.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../detect/ingest.ts";
import type { Detector, DetectResult, ModelInfo } from "../ports/detector.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo } from "../ports/session.ts";
import { abortable } from "../runtime/abortable.ts";
import type { EmbedDetectOptions, EmbedOptions } from "./embed_options.ts";
import { findModel, type ReadFile } from "./embedded_model.ts";
import { cancelSource, type PictureSource, readSource } from "./picture_source.ts";

/** Where a detector is embedded. */
export interface EmbedHost {
  /** Its store holds the models that come with the package. */
  readonly runtime: Runtime;
  /** Reads a file of a model by its address. */
  readonly readFile: ReadFile;
}

/** What a detector is made of inside. */
interface Parts {
  readonly manifest: Manifest;
  readonly detector: Detector;
  readonly limits: ImageLimits;
}

/**
 * A detector inside somebody's program.
 *
 * It looks at one picture at a time, in the order in which they came, on the thread that asks.
 */
export class EmbeddedDetector implements AsyncDisposable {
  readonly #parts: Parts;
  #closing: Promise<void> | undefined;

  /** For `openEmbedded` alone. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The model. */
  get model(): ModelInfo {
    return this.#parts.detector.model;
  }

  /** The engine that runs it. */
  get engine(): EngineInfo {
    return this.#parts.detector.engine;
  }

  /**
   * Finds objects in a picture: a file in any of the formats that are read, or its pixels.
   *
   * The bytes stay as they are, and must until the answer is there.
   *
   * @throws {DomainError} For whatever is wrong with the picture or the options; `busy`, if `queue`
   *   pictures wait; `model-not-ready` once the detector is closed.
   * @throws The signal's reason, once it is aborted.
   */
  async detect(
    picture: PictureSource,
    { signal, ...options }: EmbedDetectOptions = {},
  ): Promise<DetectResult> {
    const { detector, limits: { maxBytes } } = this.#parts;
    try {
      signal?.throwIfAborted();
      if (this.#closing) throw closedError();
    } catch (error) {
      cancelSource(picture, error);
      throw error;
    }
    const read = await readSource(picture, { maxBytes, signal });
    return await abortable(detector.detect(read, options, { signal }), signal);
  }

  /** Refuses what waits and what comes later, and frees the model once its picture is done. */
  close(): Promise<void> {
    return this.#closing ??= this.#parts.detector.close();
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What an app is made of that serves it. */
  static partsOf(detector: EmbeddedDetector): Parts {
    if (#parts in detector) return detector.#parts;
    throw new TypeError("Cannot serve the detector as it must be one that createDetector() made");
  }
}

function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}

/**
 * Loads a model and runs it once on an empty picture, so that the first caller does not wait.
 *
 * @throws {DomainError} If there is no such model; if its manifest, graph or engine does not do.
 * @throws The signal's reason, once it is aborted.
 */
export async function openEmbedded(
  { runtime, readFile }: EmbedHost,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const { engine, queue = Infinity, signal } = options;
  const limits = { ...DEFAULT_IMAGE_LIMITS, ...options.limits };
  const { manifest, store } = await findModel(options, runtime.models, readFile);
  const opening = DetectorPool.open({
    size: 1,
    queue,
    start: () =>
      createDetector({ ...runtime, models: store }, { model: manifest.id, engine, limits }),
  });
  try {
    const detector = await abortable(opening, signal);
    return new EmbeddedDetector({ manifest, detector, limits });
  } catch (error) {
    void opening.then((detector) => detector.close(), () => {});
    throw error;
  }
}
