import type { ImageLimits } from "../image/limits.ts";
import type { DetectOptions } from "../ports/detector.ts";
import type { Provider } from "../ports/session.ts";

/** Model that is in memory already. */
export interface ModelFiles {
  /** Parsed JSON of the manifest, not yet checked. */
  readonly manifest: unknown;
  /** Bytes of the graph, not yet checked against the SHA-256 of the manifest. */
  readonly graph: Uint8Array | ArrayBuffer;
}

/** Limits of an image. A limit that is unset has the server's default. */
export type EmbedLimits = { readonly [Name in keyof ImageLimits]?: ImageLimits[Name] | undefined };

/** Options of an embedded detector. */
export interface EmbedOptions {
  /**
   * Model: the id of one that comes with the package, the URL of a manifest whose graph lies beside
   * it, or both files in memory.
   */
  readonly model: string | URL | ModelFiles;
  /**
   * Engine to run on. `auto` takes the first that works.
   *
   * @default "auto"
   */
  readonly engine?: Provider | "auto" | undefined;
  /** Limits of an image. Unset: the defaults of the server. */
  readonly limits?: EmbedLimits | undefined;
  /** Maximum images that wait while another is processed. Unset: no limit. */
  readonly queue?: number | undefined;
  /** Cancels loading. Unset: no cancellation. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of one call of `detect()`. */
export interface EmbedDetectOptions extends DetectOptions {
  /**
   * Cancels the call: `detect()` rejects with the signal's reason at once. A stream that is being
   * read is cancelled, and a queued image is dropped. A running call stops before its next stage;
   * in a Web Worker it runs to completion and its result is discarded. Unset: no cancellation.
   */
  readonly signal?: AbortSignal | undefined;
}
