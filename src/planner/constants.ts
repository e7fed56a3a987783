import type { Macs } from "./graph_work.ts";
import measured from "./constants.json" with { type: "json" };

/** Runtime that was measured: Deno, or Cloudflare Workers. */
export type MeasuredRuntime = "deno" | "workerd";

/** CPU times of a runtime in milliseconds, on one thread. */
export interface RuntimeConstants {
  /** Milliseconds per image. */
  readonly image: number;
  /** Milliseconds per megapixel of a JPEG. */
  readonly megapixel: number;
  /** Milliseconds per megapixel of the decoded image. */
  readonly decodedMegapixel: number;
  /** Milliseconds of a start, up to the first answer. */
  readonly start: number;
  /** Milliseconds of a start per megabyte of the graph. */
  readonly graphMegabyte: number;
  /** Milliseconds of a start per operation of the graph. */
  readonly node: number;
  /** Images that the first one counts as: the engine is still being compiled. */
  readonly first: number;
  /** Bytes of a process beside its heap. */
  readonly processBytes: number;
}

/** Bytes of a program, as they are and gzipped. */
export interface CodeSize {
  /** Bytes as they are. */
  readonly bytes: number;
  /** Bytes after gzip. */
  readonly gzipped: number;
}

/** Results of `deno task plan:measure`. */
export interface PlanConstants {
  /** Source of the numbers. */
  readonly measured: {
    readonly date: string;
    readonly machine: string;
    readonly command: string;
    /** Method of each group of constants. */
    readonly how: Readonly<Record<string, string>>;
  };
  /** CPU time of the benchmark on the measured machine, in milliseconds. */
  readonly calibrationMs: number;
  /** Size of the engine's wasm memory: `base`, plus the larger of two sums. */
  readonly heap: {
    /** Bytes without a graph. */
    readonly base: number;
    /** Bytes per byte of weights while the graph loads. */
    readonly loading: number;
    /** Bytes per byte of weights while the graph runs. */
    readonly running: number;
    /** Bytes per byte of intermediate results while the graph runs. */
    readonly activations: number;
  };
  /** CPU time of the engine in milliseconds. */
  readonly engine: {
    /** Milliseconds per 10^9 multiply-accumulates of each kind. */
    readonly macs: Readonly<Record<keyof Macs, number>>;
    /** Milliseconds per 10^6 numbers in the outputs of other operations. */
    readonly elements: number;
  };
  /** CPU times by runtime. */
  readonly runtimes: Readonly<Record<MeasuredRuntime, RuntimeConstants>>;
  /** Size of the program without a model. */
  readonly code: {
    /** One bundle with its wasm, as wrangler makes it. */
    readonly bundle: CodeSize;
    /** All packages, as npm installs them. */
    readonly installed: CodeSize;
  };
}

/** Constants of this version. */
export const CONSTANTS: PlanConstants = measured;
