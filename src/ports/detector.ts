import type { Size } from "../core/size.ts";
import type { TileGrid } from "../core/tile_grid.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectOptions } from "./detect_options.ts";
import type { Detection } from "./detection.ts";
import type { Drawing, DrawRequest } from "./drawing.ts";
import type { KeptCandidates } from "./kept_candidates.ts";
import type { EngineInfo } from "./session.ts";

export type { Detection, DetectionBox, Explanation, SuppressedCandidate } from "./detection.ts";
export { type DetectOptions, NMS_KINDS, type NmsKind, type TileMerge } from "./detect_options.ts";
export type { KeptCandidates } from "./kept_candidates.ts";

/** Settings of one call that do not change its result: cancellation, client and progress. */
export interface DetectCall {
  /**
   * Cancels the call, which then rejects with `client-gone`. A call in a queue is dropped. A
   * running call stops after the run of the graph. In a worker, a running call continues to its
   * end. Unset: the call cannot be cancelled.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Name of the client that sent the call. Clients take turns in the queue of a detector. Unset:
   * calls without a client count as one client.
   */
  readonly client?: string | undefined;
  /**
   * Called when the call leaves the queue of the detector and begins to run. A detector without a
   * queue does not call this function.
   */
  readonly onStarted?: (() => void) | undefined;
  /**
   * Called when the input tensor is ready and the engine starts, once for each tile. Receives the
   * number of elements of the tensor.
   */
  readonly onDecoded?: ((elements: number) => void) | undefined;
  /**
   * Called between two tiles of an image. The call continues when the promise resolves. Meanwhile,
   * the thread can run other calls, and can learn that this call is cancelled. Unset: the call
   * continues immediately.
   */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Time that one run of the graph took. */
export interface RunCost {
  /** Number of elements of the input tensor. */
  readonly elements: number;
  /** Duration in milliseconds. */
  readonly ms: number;
}

/** Duration of each stage, milliseconds. */
export interface StageTimes {
  /** Reading the header and decoding the image. */
  readonly decode: number;
  /** Converting pixels to the input tensor. */
  readonly preprocess: number;
  /**
   * Running the graph. This duration includes the wait for earlier runs, because a session (a
   * loaded graph) runs one image at a time.
   */
  readonly inference: number;
  /** Converting the graph's outputs to detections. */
  readonly postprocess: number;
  /** Sum of all stages. The time that the call waited in a queue is not included. */
  readonly total: number;
}

/** Division of an image into tiles. */
export interface TileInfo extends TileGrid {
  /** Number of runs of the graph: one for each tile, and one for the whole image if it was run. */
  readonly views: number;
}

/** Result of one call. */
export interface DetectResult {
  /** Id of the model. */
  readonly model: string;
  /** Size of the source image after its EXIF orientation is applied. */
  readonly image: Size;
  /** Detections, best score first. */
  readonly detections: readonly Detection[];
  /** Engine that ran the graph. */
  readonly engine: EngineInfo;
  /** Duration of each stage, summed over all tiles. */
  readonly timing: StageTimes;
  /** Tiles of the image. Unset: the caller did not set the option `tiles`. */
  readonly tiles?: TileInfo | undefined;
  /** Boxes before NMS. Unset: the caller did not set the option `keep`. */
  readonly candidates?: KeptCandidates | undefined;
}

/** Description of a loaded model. */
export interface ModelInfo {
  /** Model id, as in its manifest. */
  readonly id: string;
  /** Class names by class id; null for an id that the model never returns. */
  readonly labels: readonly (string | null)[];
  /** Input of the model. */
  readonly input: {
    /** Element type: `float32`, `float16` or `uint8`. */
    readonly type: string;
    /** Sizes of the axes, outermost first; null for a size that varies. */
    readonly shape: readonly (number | null)[];
    /** Resize rule in words, for example "stretched to 320x320". */
    readonly resize: string;
  };
  /** SHA-256 of the graph file, hexadecimal. */
  readonly sha256: string;
  /**
   * Element type of most weights: `float32`, `float16` or `int8`. Unset: the manifest does not
   * state it.
   */
  readonly precision?: string | undefined;
  /** Measured results of the model by name, for example its mAP. Copied from the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** State of a detector's queue and workers at one moment. */
export interface DetectorLoad {
  /** Number of images that wait in the queue. */
  readonly waiting: number;
  /** Predicted wait of one more image, milliseconds. */
  readonly predictedWaitMs: number;
  /** Number of workers that are running. */
  readonly workers: number;
}

/** Loaded model that detects objects in images. */
export interface Detector {
  /** Description of the model. */
  readonly model: ModelInfo;
  /** Engine that runs the model. */
  readonly engine: EngineInfo;
  /**
   * Time of the first run of the graph, on an empty image, while the detector loads. Unset: the
   * detector did not run the graph while loading.
   */
  readonly warmUp?: RunCost;
  /**
   * Detects objects in an image.
   *
   * @param image Encoded file (JPEG, PNG, GIF, WebP, AVIF, HEIC or BMP) or decoded pixels.
   * @param options Options of the call. The manifest contains the defaults of unset options.
   * @returns Detections, best score first. The boxes are in pixels of the source image after its
   *   EXIF orientation is applied.
   * @throws {DomainError} `invalid-option`, `unknown-class` or `too-many-tiles` for wrong options; `no-image`,
   *   `not-an-image`, `unsupported-format`, `truncated-image`, `corrupt-image`, `too-many-bytes` or
   *   `too-many-pixels` for a wrong image; `inference-failed` or `graph-mismatch` if the model
   *   fails; `client-gone` if the call is cancelled. A detector behind a queue or in a worker may
   *   also throw `busy`, `decode-timeout`, `run-timeout`, `worker-crashed` or `model-not-ready`.
   */
  detect(
    image: ImageInput,
    options?: DetectOptions,
    call?: DetectCall,
  ): Promise<DetectResult>;
  /**
   * Draws detections over an image, at the full resolution of the image. Unset: the detector cannot
   * draw.
   *
   * @throws {DomainError} The errors of `detect()` about the image and the queue.
   */
  readonly draw?:
    | ((image: ImageInput, request: DrawRequest, call?: DetectCall) => Promise<Drawing>)
    | undefined;
  /**
   * Promise that resolves with an error when the detector has crashed and cannot be used again.
   * Never rejects. Unset: the detector shares a process with its caller, so it cannot crash alone.
   */
  readonly brokenDown?: Promise<Error>;
  /**
   * Returns the reason why the detector accepts no images now, or null if it accepts images. Unset:
   * the detector always accepts images.
   */
  unreadiness?(): string | null;
  /**
   * Returns the error with which a call would be refused now, or null if the call would be
   * accepted. The caller does not need to read the image first. Unset: the detector refuses no
   * calls early.
   *
   * @param client Name of the client, as in {@linkcode DetectCall}.
   */
  refusal?(client: string): Error | null;
  /**
   * Returns the current state of the queue and the workers. Unset: the detector has no queue and no
   * workers.
   */
  load?(): DetectorLoad;
  /**
   * Closes the detector and releases its session. A pool waits for its running calls first. Without
   * a pool, calls that still run are rejected, and a worker is killed.
   */
  close(): Promise<void>;
}
