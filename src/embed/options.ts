import type { ImageLimits } from "../image/limits.ts";
import type { Size } from "../core/size.ts";
import type { Detection, DetectOptions } from "../ports/detector.ts";
import type { Provider } from "../ports/session.ts";

/** Files of a model that the caller has already read into memory. */
export interface ModelFiles {
  /** Parsed JSON of the manifest, not yet checked. */
  readonly manifest: unknown;
  /** Bytes of the graph, not yet checked against the SHA-256 of the manifest. */
  readonly graph: Uint8Array | ArrayBuffer;
  /**
   * Contents of the data files of the graph. The keys are the file names that the manifest lists
   * under `graph.data`. Unset: the graph holds all of its weights.
   */
  readonly data?: Readonly<Record<string, Uint8Array | ArrayBuffer>> | undefined;
}

/** Limits of an image. Unset limits have the defaults of the server. */
export type EmbedLimits = { readonly [Name in keyof ImageLimits]?: ImageLimits[Name] | undefined };

/** Options of a detector that runs inside the caller's program. */
export interface EmbedOptions {
  /**
   * Model to load, in one of three forms:
   *
   * - id of a model that comes with the package, for example `everyday8`;
   * - URL of a manifest (text or `URL`); the graph is loaded from the folder of the manifest;
   * - object with the manifest and the bytes of the graph.
   */
  readonly model: string | URL | ModelFiles;
  /**
   * Engine that runs the model. `auto` tries the engines of the platform and takes the first engine
   * that works.
   *
   * @default "auto"
   */
  readonly engine?: Provider | "auto" | undefined;
  /** Limits of an image. Unset: the defaults of the server. */
  readonly limits?: EmbedLimits | undefined;
  /** Maximum number of images that wait in the queue. Unset: no limit. */
  readonly queue?: number | undefined;
  /** Cancels loading the model. Unset: no cancellation. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of one call of `detect()`. */
export interface EmbedDetectOptions extends DetectOptions {
  /**
   * Cancels the call: `detect()` rejects with `signal.reason` at once. If the image is a stream,
   * the stream is cancelled. A queued image is dropped. A running detection stops before its next
   * stage, for example before the model runs. In a Web Worker, a running detection continues to its
   * end, and its result is discarded. Unset: no cancellation.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `select()`: those of `detect()` that need no run of the model. */
export type SelectOptions = Omit<
  DetectOptions,
  "keep" | "tiles" | "overlap" | "merge" | "whole"
>;

/** Detections that `select()` returns. */
export interface Selection {
  /** Id of the model. */
  readonly model: string;
  /** Size of the source image after its EXIF orientation is applied. */
  readonly image: Size;
  /** Detections, best score first. */
  readonly detections: readonly Detection[];
}
