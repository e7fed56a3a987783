import { checkOptions, currentValue, typeName } from "../core/check_options.ts";
import { closedError, DomainError } from "../core/domain_error.ts";
import { runCounter } from "../detect/count_runs.ts";
import { createDetector, type DetectorOptions } from "../detect/detector.ts";
import { selectKept } from "../detect/kept_candidates.ts";
import type { ImageLimits } from "../image/limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Detector, DetectResult, KeptCandidates, ModelInfo } from "../ports/detector.ts";
import type { ModelStore, VariantChoice } from "../ports/model_store.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo } from "../ports/session.ts";
import { DetectorPool } from "../serving/detector_pool.ts";
import { abortable } from "./abortable.ts";
import { findModel, type ReadFile } from "./find_model.ts";
import { cancelSource, type ImageSource, readSource } from "./image_source.ts";
import { embedLimits } from "./limits.ts";
import { EMBED_DETECT_RULES, EMBED_RULES, SELECT_RULES } from "./option_rules.ts";
import type { EmbedDetectOptions, EmbedOptions, Selection, SelectOptions } from "./options.ts";

/** Settings of {@linkcode openEmbedded} and {@linkcode openEmbeddedFrom}. */
export interface EmbedSettings {
  /**
   * Reads a model file. Used if the caller names a model by URL. Unset: the URL is passed to the
   * store of the models that come with the package, as a model id.
   */
  readonly readFile?: ReadFile | undefined;
  /** False if there is memory for only one image. See `PoolOptions`. */
  readonly hasRoomBeside?: boolean | undefined;
  /** Choice between the graph of the model and its variants. Unset: `auto`. */
  readonly variants?: VariantChoice | undefined;
}

/** Parts from which {@linkcode openEmbedded} builds a detector on the calling thread. */
export interface EmbedRuntime extends EmbedSettings {
  /** Engines, image decoders, and the store of the models that come with the package. */
  readonly runtime: Runtime;
}

/** Parts from which {@linkcode openEmbeddedFrom} builds a detector on any thread. */
export interface EmbedSource extends EmbedSettings {
  /** Store of the models that come with the package. */
  readonly models: ModelStore;
  /** Starts the detector on the thread or in the process that should run the model. */
  readonly start: (models: ModelStore, options: DetectorOptions) => Promise<Detector>;
}

/**
 * Detector inside the caller's program. Processes one image at a time, in the order of the calls.
 */
export interface EmbeddedDetector extends AsyncDisposable {
  /** Model of the detector. */
  readonly model: ModelInfo;
  /** Engine that runs the model. */
  readonly engine: EngineInfo;
  /**
   * Finds the objects in an image. The image is an encoded file (for example a JPEG) or pixels.
   *
   * This method does not change the bytes of the image. The caller must not change the bytes either
   * until the promise settles.
   *
   * @throws {DomainError} If the image or an option is wrong; `busy`, if the queue is full (see the
   *   option `queue`); `model-not-ready`, if the detector is closed.
   * @throws `options.signal.reason`, if this signal is aborted.
   */
  detect(image: ImageSource, options?: EmbedDetectOptions): Promise<DetectResult>;
  /**
   * Selects detections from the candidates of an earlier call of `detect()` with the option `keep`.
   * The model does not run again. The result equals that of `detect()` with the same options.
   *
   * @throws {DomainError} `invalid-option` or `unknown-class`, if an option is wrong, a score
   *   threshold is below `candidates.minScore`, or the candidates are of another model.
   */
  select(candidates: KeptCandidates, options?: SelectOptions): Selection;
  /**
   * Rejects queued and later calls. Waits for the running call, then frees the model. A worker that
   * hangs ends the wait when it misses its deadline.
   */
  close(): Promise<void>;
}

/** Internal parts of an embedded detector, needed by `createApp()`. */
export interface Parts {
  /** Manifest of the model. */
  readonly manifest: Manifest;
  /** Detector that the {@linkcode EmbeddedDetector} wraps. */
  readonly detector: Detector;
  /** Limits of an image: its file size, its pixels and the memory to decode it. */
  readonly limits: ImageLimits;
}

/** Implementation of {@linkcode EmbeddedDetector}. */
class OpenDetector implements EmbeddedDetector {
  readonly #parts: Parts;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    // A caller may pass a method as a function, for example `images.map(detector.detect)`.
    this.detect = this.detect.bind(this);
    this.select = this.select.bind(this);
    this.close = this.close.bind(this);
  }

  get model(): ModelInfo {
    return this.#parts.detector.model;
  }

  get engine(): EngineInfo {
    return this.#parts.detector.engine;
  }

  async detect(
    image: ImageSource,
    asked: EmbedDetectOptions = {},
  ): Promise<DetectResult> {
    const { detector, limits: { maxBytes } } = this.#parts;
    let checked: EmbedDetectOptions;
    try {
      checked = checkDetectOptions(asked);
      checked.signal?.throwIfAborted();
      if (this.#closing) throw closedError();
    } catch (error) {
      cancelSource(image, error);
      throw error;
    }
    const { signal, ...options } = checked;
    const source = readSource(image, { maxBytes, signal });
    // An image in memory is not awaited: close() then waits for every call that precedes it.
    const read = source instanceof Promise ? await source : source;
    return await abortable(detector.detect(read, options, { signal }), signal);
  }

  select(candidates: KeptCandidates, options: SelectOptions = {}): Selection {
    const checked = checkOptions(options, SELECT_RULES, { action: "select" });
    const { manifest } = this.#parts;
    const detections = selectKept(checkCandidates(candidates), manifest, checked);
    return { model: manifest.id, image: candidates.plan.source, detections };
  }

  close(): Promise<void> {
    return this.#closing ??= this.#parts.detector.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static partsOf(detector: EmbeddedDetector): Parts {
    const value: unknown = detector;
    if (typeof value === "object" && value !== null && #parts in value) {
      return value.#parts;
    }
    const isPromise = typeName(value) === "Promise";
    throw new DomainError(
      "invalid-option",
      'Cannot create an app as "detector" must be one that createDetector() made: current value ' +
        `is of type ${typeName(value)}${isPromise ? ". Await it first." : ""}`,
    );
  }
}

/**
 * Returns the internal parts of a detector. The HTTP app that serves the detector needs these
 * parts.
 *
 * @throws {DomainError} `invalid-option`, if the detector is not the result of `createDetector()`
 *   of this package.
 */
export function partsOf(detector: EmbeddedDetector): Parts {
  return OpenDetector.partsOf(detector);
}

/** Refuses a value that is not the `candidates` of a result. */
function checkCandidates(value: KeptCandidates): KeptCandidates {
  const given: unknown = value;
  const isKept = typeof given === "object" && given !== null && "floor" in given &&
    "plan" in given && "boxes" in given && ArrayBuffer.isView(given.boxes);
  if (isKept) return value;
  throw new DomainError(
    "invalid-option",
    'Cannot select as the first argument must be the "candidates" of a result of detect() with ' +
      `the option "keep": ${currentValue(given)}`,
  );
}

function checkDetectOptions(options: EmbedDetectOptions): EmbedDetectOptions {
  const elsewhere = { names: Object.keys(EMBED_RULES), owner: "createDetector()" };
  return checkOptions(options, EMBED_DETECT_RULES, { action: "detect", elsewhere });
}

/**
 * Loads a model on the calling thread. Then runs the model once with an empty image, because the
 * first run of a model is slower than all later runs.
 *
 * @throws {DomainError} If the model is unknown, its manifest or graph is wrong, or no engine
 *   starts.
 * @throws `options.signal.reason`, if this signal is aborted.
 */
export async function openEmbedded(
  { runtime, ...settings }: EmbedRuntime,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const start: EmbedSource["start"] = (models, wanted) =>
    createDetector({ ...runtime, models }, wanted);
  return await openEmbeddedFrom({ ...settings, models: runtime.models, start }, options);
}

/**
 * Loads a model like {@linkcode openEmbedded}, but on the thread or in the process that `start`
 * chooses.
 *
 * @throws {DomainError} If the model is unknown, its manifest or graph is wrong, or no engine
 *   starts.
 * @throws `options.signal.reason`, if this signal is aborted.
 */
export async function openEmbeddedFrom(
  { models, readFile, start, hasRoomBeside, variants }: EmbedSource,
  options: EmbedOptions,
): Promise<EmbeddedDetector> {
  const { engine = "auto", queue = Infinity, signal } = options;
  const limits = embedLimits(options.limits);
  const { manifest, store } = await findModel(options, models, readFile, variants);
  const opening = DetectorPool.open({
    size: 1,
    queue,
    countRuns: runCounter(manifest, limits),
    hasRoomBeside,
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
