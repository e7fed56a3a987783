import type { Size } from "../core/size.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { EngineInfo } from "./session.ts";

/**
 * Edges of a box in pixels of the upright source image.
 *
 * x grows to the right and y downwards: `0 ≤ xmin ≤ xmax ≤ width`, `0 ≤ ymin ≤ ymax ≤ height`.
 */
export interface DetectionBox {
  /** Left edge. */
  readonly xmin: number;
  /** Top edge. */
  readonly ymin: number;
  /** Right edge. */
  readonly xmax: number;
  /** Bottom edge. */
  readonly ymax: number;
}

/** Detected object. */
export interface Detection {
  /** Name of the class. */
  readonly label: string;
  /** Index of the class in the model's labels. */
  readonly classId: number;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Box around the object, source pixels. */
  readonly box: DetectionBox;
}

/** Options of one call. The defaults come from the model's manifest. */
export interface DetectOptions {
  /**
   * Score threshold, 0 to 1. Detections with a lower score are dropped. The manifest decides about
   * equal scores (`postprocess.scoreTest`).
   *
   * @default `postprocess.score` of the manifest
   */
  readonly scoreThreshold?: number | undefined;
  /**
   * IoU threshold of non-maximum suppression, 0 to 1. A box is dropped if its IoU with a better box
   * of its class is greater. Models with NMS in the graph refuse this option.
   *
   * @default `postprocess.nms.iou` of the manifest
   */
  readonly iou?: number | undefined;
  /**
   * Maximum number of detections, the best ones: 1 to 1000, or up to the manifest's own limit if
   * that is greater.
   *
   * @default `postprocess.limit` of the manifest
   */
  readonly max?: number | undefined;
  /** Labels to detect; other classes are dropped. Unset: all labels. */
  readonly classes?: readonly string[] | undefined;
}

/** Cancellation and progress of one call. */
export interface DetectCall {
  /**
   * Cancels the call, which then rejects with `client-gone`. A queued call is dropped. A running
   * call stops before its next stage if the detector runs on this thread; in a worker it runs to
   * completion. Unset: the call cannot be cancelled.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Client that the call belongs to. Clients take turns in a queue. Unset: all such calls belong to
   * one client.
   */
  readonly client?: string | undefined;
  /**
   * Called with the size of the input tensor, in elements, once it is ready and only the engine's
   * work is left.
   */
  readonly onDecoded?: ((elements: number) => void) | undefined;
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
  /** Running the graph, including the wait for earlier runs of the same session. */
  readonly inference: number;
  /** Converting the graph's outputs to detections. */
  readonly postprocess: number;
  /** Sum of all stages; time in a queue before `decode` is not included. */
  readonly total: number;
}

/** Result of one call. */
export interface DetectResult {
  /** Id of the model. */
  readonly model: string;
  /** Size of the upright source image. */
  readonly image: Size;
  /** Detections, best score first. */
  readonly detections: readonly Detection[];
  /** Engine that ran the graph. */
  readonly engine: EngineInfo;
  /** Duration of each stage. */
  readonly timing: StageTimes;
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
  /** Measured figures by name, from the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Loaded model that detects objects in images. */
export interface Detector {
  /** Description of the model. */
  readonly model: ModelInfo;
  /** Engine that runs the model. */
  readonly engine: EngineInfo;
  /** Time of the run on an empty image while loading. Unset: there was none. */
  readonly warmUp?: RunCost;
  /**
   * Detects objects in an image.
   *
   * @param image Encoded file (JPEG, PNG, GIF, WebP, AVIF or BMP) or decoded pixels.
   * @param options Unset options take their defaults from the manifest.
   * @returns Detections in pixels of the upright source, best score first.
   * @throws {DomainError} `invalid-option` or `unknown-class` for wrong options; `no-image`,
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
   * Promise that resolves with the reason once the detector has crashed for good. It never rejects.
   * Unset: the detector can only crash together with its caller.
   */
  readonly brokenDown?: Promise<Error>;
  /**
   * Returns the reason why the detector accepts no images at the moment, or null if it does. Unset:
   * it always does.
   */
  unreadiness?(): string | null;
  /**
   * Returns the error with which a call of a client would be refused now, or null. Unset: a call is
   * never refused before its image is there.
   */
  refusal?(client: string): Error | null;
  /** Closes the detector and releases its session. */
  close(): Promise<void>;
}
