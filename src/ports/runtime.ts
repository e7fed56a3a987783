import type { ImageCodec } from "./image_codec.ts";
import type { ModelStore } from "./model_store.ts";
import type { Provider, Session } from "./session.ts";

/** What a runtime can do; callers ask this instead of asking which runtime it is. */
export interface Capabilities {
  /** Engines that may be tried, best first. */
  readonly providers: readonly Provider[];
  /** Most CPU threads that a session may use. */
  readonly threads: number;
  /** Largest image that fits the memory, in pixels. */
  readonly maxPixels: number;
  /** Memory that decoding an image may take, in bytes. */
  readonly maxDecodedBytes: number;
  /** Largest graph that fits the memory, in bytes. */
  readonly maxModelBytes: number;
  /** What to do about a larger one, as the end of a sentence. */
  readonly largerModels?: string;
}

/** Everything that the pipeline needs of the place where it runs. */
export interface Runtime {
  /** What it can do. */
  readonly capabilities: Capabilities;
  /** Its decoders. */
  readonly codec: ImageCodec;
  /** Its models. */
  readonly models: ModelStore;
  /**
   * Loads a graph.
   *
   * @param engine A provider, or `auto` for the first of `capabilities.providers` that works.
   * @throws {DomainError} `engine-unavailable`, with what was tried.
   */
  openSession(graph: Uint8Array, engine: Provider | "auto"): Promise<Session>;
}
