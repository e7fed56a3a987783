import type { Provider } from "../core/provider.ts";
import type { ExtraTensor } from "../image/extra_tensor.ts";
import type { InputTensor } from "../image/input_tensor.ts";

/** Input or output of a graph, as the graph declares it. */
export interface TensorInfo {
  /** Name in the graph. */
  readonly name: string;
  /** Element type, for example `float32`. */
  readonly type: string;
  /** Sizes of the axes, outermost first. Null or a string for a size that may vary. */
  readonly shape: readonly (number | string | null)[];
}

/** File with weights of a graph (ONNX external data). */
export interface GraphData {
  /** Name of the file, as it appears in the graph. */
  readonly file: string;
  /** Content of the file. */
  readonly bytes: Uint8Array;
}

/** Graph in memory, with its weights. */
export interface GraphContent {
  /** Bytes of the ONNX file. */
  readonly bytes: Uint8Array;
  /** Files with weights of the graph. Unset: the graph holds all of its weights. */
  readonly data?: readonly GraphData[] | undefined;
}

/** Graph of a model, and variants of it for some engines. */
export interface GraphChoice extends GraphContent {
  /**
   * Other versions of the graph for some engines. Each version names the engines that load it.
   * Unset: every engine loads the same graph.
   */
  readonly variants?: readonly GraphVariant[] | undefined;
}

/** Graph for some engines, for example with int8 weights for the native engine. */
export interface GraphVariant extends GraphContent {
  /** Engines that load this graph. */
  readonly engines: readonly Provider[];
}

/** Input tensors of a run by name. */
export type Feeds = Readonly<Record<string, InputTensor | ExtraTensor>>;

/** Output tensor, converted to float32 from the element type of the graph. */
export interface Tensor {
  /** Values in row-major order. */
  readonly data: Float32Array;
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
}

export { type Provider, PROVIDERS } from "../core/provider.ts";

/** Engine that runs a loaded graph. */
export interface EngineInfo {
  /** Name of the engine that runs the graph. */
  readonly provider: Provider;
  /** Number of CPU threads. */
  readonly threads: number;
  /**
   * Element type of most weights, as the manifest states it. Unset: the manifest does not state it.
   */
  readonly precision?: string | undefined;
  /**
   * Codec that decodes images: `native` if libjpeg-turbo or sharp decodes JPEG files. Unset:
   * WebAssembly decodes all images.
   */
  readonly codec?: "native" | undefined;
  /**
   * Reason why this engine was chosen: the requested engine, and the errors of the engines that
   * were tried first.
   */
  readonly reason: string;
}

/** Facts about one run of a graph, which do not change its outputs. */
export interface RunOptions {
  /**
   * True if the pixels of the image stay in memory during the run, because other tiles of the image
   * follow.
   *
   * @default false
   */
  readonly keepsPixels?: boolean | undefined;
}

/** Loaded graph. */
export interface Session {
  /** Engine that runs the graph. */
  readonly engine: EngineInfo;
  /** Inputs of the graph. */
  readonly inputs: readonly TensorInfo[];
  /** Outputs of the graph. */
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the graph. Concurrent calls are queued and run one at a time, in order.
   *
   * @param feeds Input tensors by name: the image, and all further inputs of the graph.
   * @param options Facts about the run, for measurements.
   * @returns Output tensors by name. Outputs of types other than float32, float16, int64 and int32
   *   are left out.
   * @throws {DomainError} `inference-failed`.
   */
  run(feeds: Feeds, options?: RunOptions): Promise<Record<string, Tensor>>;
  /**
   * Releases the session after all queued runs. Some engines do not release all of their memory.
   */
  close(): Promise<void>;
}
