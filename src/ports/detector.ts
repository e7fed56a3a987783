import type { Size } from "../core/size.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { EngineInfo } from "./session.ts";

/** Edges of a box in pixels of the upright source image: x right, y down, 0 ≤ x ≤ width. */
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

/** One object that was found. */
export interface Detection {
  /** Name of its class. */
  readonly label: string;
  /** Index of its class in the model's labels. */
  readonly classId: number;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Where it is. */
  readonly box: DetectionBox;
}

/** What a caller may ask beside the image; the manifest decides where it is silent. */
export interface DetectOptions {
  /**
   * Score threshold, 0 to 1: detections score above it.
   *
   * @default `postprocess.score` of the manifest
   */
  readonly scoreThreshold?: number;
  /** Boxes of one class overlap by at most this IoU, 0 to 1. */
  readonly iou?: number;
  /** At most this many detections. */
  readonly max?: number;
  /** Labels to look for; all where absent. */
  readonly classes?: readonly string[];
}

/** What goes with a call beside what is asked. */
export interface DetectCall {
  /**
   * Takes the call back while it waits for its turn; once it runs, it ends at the next stage where
   * it runs in the thread that asks, and runs to its end elsewhere.
   */
  readonly signal?: AbortSignal;
  /** Called when the image is decoded and only the engine's work is left. */
  readonly onDecoded?: () => void;
}

/** Milliseconds per stage. */
export interface StageTimes {
  /** Header and decoding. */
  readonly decode: number;
  /** Pixels to tensor. */
  readonly preprocess: number;
  /** The graph, with the wait for the runs before it. */
  readonly inference: number;
  /** Heads to detections. */
  readonly postprocess: number;
  /** All of it. */
  readonly total: number;
}

/** What was found in an image. */
export interface DetectResult {
  /** Id of the model that looked. */
  readonly model: string;
  /** The upright image's size. */
  readonly image: Size;
  /** Best score first. */
  readonly detections: readonly Detection[];
  /** The engine that ran the graph. */
  readonly engine: EngineInfo;
  /** How long each stage took. */
  readonly timing: StageTimes;
}

/** What a loaded model tells of itself. */
export interface ModelInfo {
  /** Id in the catalogue. */
  readonly id: string;
  /** Class names by class id; null for an id that the model never gives. */
  readonly labels: readonly (string | null)[];
  /** The input as a person would describe it. */
  readonly input: {
    /** Number type. */
    readonly type: string;
    /** Sides; null varies. */
    readonly shape: readonly (number | null)[];
    /** How an image is brought to that size. */
    readonly resize: string;
  };
  /** SHA-256 of the graph file, hexadecimal. */
  readonly sha256: string;
  /** Measured figures, from the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A model that is ready to look at images. */
export interface Detector {
  /** The model. */
  readonly model: ModelInfo;
  /** The engine that runs it. */
  readonly engine: EngineInfo;
  /**
   * Finds objects in an image: an encoded one, or one that is decoded already.
   *
   * @throws {DomainError} For whatever is wrong with the image or the options.
   */
  detect(
    image: ImageInput,
    options?: DetectOptions,
    call?: DetectCall,
  ): Promise<DetectResult>;
  /**
   * Resolves, never rejects, with the reason once the detector has broken down for good; one that
   * cannot break down apart from its caller has none.
   */
  readonly brokenDown?: Promise<Error>;
  /** Why it cannot take images for the moment, or null; one that always can has none. */
  unreadiness?(): string | null;
  /** Frees the session. */
  close(): Promise<void>;
}
