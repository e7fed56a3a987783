import type { ImageEncoder } from "./drawing.ts";
import type { ImageCodec } from "./image_codec.ts";
import type { ModelStore } from "./model_store.ts";
import type { GraphChoice, Provider, Session } from "./session.ts";

/** Capabilities of a runtime. Other code checks these fields and never the name of the runtime. */
export interface Capabilities {
  /** Engines to try, best first. */
  readonly providers: readonly Provider[];
  /** Maximum number of CPU threads per session (loaded graph). */
  readonly threads: number;
  /**
   * Maximum pixels of an image, or Infinity. If the caller sets a lower limit, that limit applies.
   */
  readonly maxPixels: number;
  /**
   * Maximum bytes of memory for decoding an image, or Infinity. If the caller sets a lower limit,
   * that limit applies.
   */
  readonly maxDecodedBytes: number;
  /** Maximum bytes of a graph, or Infinity. */
  readonly maxModelBytes: number;
  /**
   * Advice for the user whose graph exceeds `maxModelBytes`. The advice is the end of the error
   * message.
   *
   * @default "serve it elsewhere"
   */
  readonly largerModelsHint?: string;
}

/** Services that a platform provides for the detection of objects. */
export interface Runtime {
  /** Limits and engines of the runtime. */
  readonly capabilities: Capabilities;
  /** Image decoders. */
  readonly codec: ImageCodec;
  /** Encoder of drawings. Unset: detectors of this runtime draw nothing. */
  readonly encoder?: ImageEncoder | undefined;
  /** Source of manifests and graphs. */
  readonly models: ModelStore;
  /**
   * Loads a graph into an engine.
   *
   * @param graph ONNX graph, and variants of it for some engines.
   * @param engine Engine to use, or `auto` for the first of `capabilities.providers` that works.
   * @throws {DomainError} `engine-unavailable`, if no engine works. The message lists the engines
   *   that were tried.
   */
  openSession(graph: GraphChoice, engine: Provider | "auto"): Promise<Session>;
}
