import type { ImageLimits } from "../image/limits.ts";
import type { DetectOptions } from "../ports/detector.ts";
import type { Provider } from "../ports/session.ts";

/** A model that is in memory already. */
export interface ModelFiles {
  /** The parsed JSON of its manifest; it is checked. */
  readonly manifest: unknown;
  /** The bytes of its graph; they are checked against the manifest's SHA-256. */
  readonly graph: Uint8Array | ArrayBuffer;
}

/** What an embedded detector is made of. */
export interface EmbedOptions {
  /**
   * Id of a model that comes with the package; or the URL of a manifest, whose graph lies beside
   * it; or both in memory.
   */
  readonly model: string | URL | ModelFiles;
  /** Engine to run on; `auto`, the first that works, where absent. */
  readonly engine?: Provider | "auto";
  /** What an image may weigh; the defaults of the server where absent. */
  readonly limits?: Partial<ImageLimits>;
  /** Most images that wait while another is looked at; any number where absent. */
  readonly queue?: number;
  /** Takes the loading back. */
  readonly signal?: AbortSignal;
}

/** What one call asks for beside the image. */
export interface EmbedDetectOptions extends DetectOptions {
  /**
   * Takes the call back: `detect` rejects with its reason at once. A stream that is being read is
   * cancelled, an image that waits loses its place, and one that is being looked at is given up at
   * the next stage.
   */
  readonly signal?: AbortSignal;
}
