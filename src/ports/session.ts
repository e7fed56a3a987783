import type { InputTensor } from "../image/input_tensor.ts";

/** An input or output as the graph itself declares it. */
export interface TensorInfo {
  /** Name in the graph. */
  readonly name: string;
  /** Number type. */
  readonly type: string;
  /** Sides; a string or null is a side that may vary. */
  readonly shape: readonly (number | string | null)[];
}

/** What a graph gives, as float32 whatever its own number type. */
export interface Tensor {
  /** Row-major values. */
  readonly data: Float32Array;
  /** Sides, outermost first. */
  readonly shape: readonly number[];
}

/** The engines that a runtime may have. */
export type Provider = "webgpu" | "native" | "wasm";

/** The engine that runs a session, and why it was chosen. */
export interface EngineInfo {
  /** Which implementation runs the graph. */
  readonly provider: Provider;
  /** CPU threads that it uses. */
  readonly threads: number;
  /** Why this one: what was asked for, what was tried before and how that failed. */
  readonly reason: string;
}

/** A loaded graph. */
export interface Session {
  /** The engine that runs it. */
  readonly engine: EngineInfo;
  /** The graph's inputs. */
  readonly inputs: readonly TensorInfo[];
  /** The graph's outputs. */
  readonly outputs: readonly TensorInfo[];
  /**
   * Runs the graph; calls are served one at a time, in order.
   *
   * @returns Every output, by name.
   * @throws {DomainError} `inference-failed`.
   */
  run(feeds: Readonly<Record<string, InputTensor>>): Promise<Record<string, Tensor>>;
  /** Frees what the engine lets go of. */
  close(): Promise<void>;
}
