import type { ImageCodec } from "./image_codec.ts";
import type { ModelStore } from "./model_store.ts";
import type { Provider, Session } from "./session.ts";

/** Capabilities of a runtime. Code checks these instead of the name of the runtime. */
export interface Capabilities {
  /** Engines to try, best first. */
  readonly providers: readonly Provider[];
  /** Maximum number of CPU threads per session. */
  readonly threads: number;
  /** Maximum pixels of an image, or Infinity. Lower limits of the caller apply. */
  readonly maxPixels: number;
  /**
   * Maximum bytes of memory for decoding an image, or Infinity. Lower limits of the caller apply.
   */
  readonly maxDecodedBytes: number;
  /** Maximum bytes of a graph, or Infinity. */
  readonly maxModelBytes: number;
  /**
   * Advice for a graph above `maxModelBytes`, which ends the error message.
   *
   * @default "serve it elsewhere"
   */
  readonly largerModelsHint?: string;
}

/** Services that the pipeline needs from its platform. */
export interface Runtime {
  /** Limits and engines. */
  readonly capabilities: Capabilities;
  /** Image decoders. */
  readonly codec: ImageCodec;
  /** Source of manifests and graphs. */
  readonly models: ModelStore;
  /**
   * Loads a graph into an engine.
   *
   * @param graph Bytes of an ONNX file.
   * @param engine Engine to use, or `auto` for the first of `capabilities.providers` that works.
   * @throws {DomainError} `engine-unavailable`, whose message lists the engines that were tried.
   */
  openSession(graph: Uint8Array, engine: Provider | "auto"): Promise<Session>;
}
