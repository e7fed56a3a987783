import type { Macs } from "./graph_work.ts";
import measured from "./constants.json" with { type: "json" };

/** Runtime whose speed and memory were measured: Deno or Cloudflare Workers (`workerd`). */
export type MeasuredRuntime = "deno" | "workerd";

/** Measured CPU times and memory of a runtime. The times are those of one thread. */
export interface RuntimeConstants {
  /** Milliseconds per image that do not depend on the image's size or on the graph. */
  readonly image: number;
  /** Milliseconds per megapixel of the JPEG file, at its full size. */
  readonly megapixel: number;
  /** Milliseconds per megapixel of the decoded image, which can be smaller than the JPEG file. */
  readonly decodedMegapixel: number;
  /** Milliseconds of a cold start that do not depend on the graph or on the first image. */
  readonly start: number;
  /** Milliseconds that each megabyte of the graph adds to a cold start. */
  readonly graphMegabyte: number;
  /** Milliseconds that each operation of the graph adds to a cold start. */
  readonly node: number;
  /**
   * Duration of the first image, as a multiple of the duration of a later image. The first image is
   * slower, because the WebAssembly compiler has not yet optimised the engine.
   */
  readonly first: number;
  /** Bytes of a process without WebAssembly memory and buffers. */
  readonly processBytes: number;
}

/** Size of a program. Some platforms limit the size before gzip, others the size after gzip. */
export interface CodeSize {
  /** Bytes without compression. */
  readonly bytes: number;
  /** Bytes after gzip. */
  readonly gzipped: number;
}

/** Measured constants of the predictions. `deno task plan:measure` writes constants.json. */
export interface PlanConstants {
  /** Date, machine and method of the measurement. */
  readonly measured: {
    readonly date: string;
    readonly machine: string;
    readonly command: string;
    /** Method of measurement for each group of constants. */
    readonly how: Readonly<Record<string, string>>;
  };
  /**
   * CPU milliseconds of the benchmark bench/planner/calibrate.ts on the measured machine. The
   * number shows how fast this machine was.
   */
  readonly calibrationMs: number;
  /**
   * Constants for the size of the engine's WebAssembly memory. The size is `base` plus the larger
   * of two values: the memory while the graph loads, and the memory while the graph runs.
   */
  readonly heap: {
    /** Bytes of the engine without a graph. */
    readonly base: number;
    /** Bytes of memory per byte of the graph's weights, while the graph loads. */
    readonly loading: number;
    /** Bytes of memory per byte of the graph's weights, while the graph runs. */
    readonly running: number;
    /** Bytes of memory per byte of intermediate results, while the graph runs. */
    readonly activations: number;
  };
  /** CPU times of the engine for one run of a graph. */
  readonly engine: {
    /** Milliseconds per 10^9 multiply-accumulate operations, by their kind. */
    readonly macs: Readonly<Record<keyof Macs, number>>;
    /** Milliseconds per 10^6 output numbers of operations that are not in `macs`, such as `Add`. */
    readonly elements: number;
  };
  /** Times and memory of each measured runtime. */
  readonly runtimes: Readonly<Record<MeasuredRuntime, RuntimeConstants>>;
  /** Size of the program without a model. */
  readonly code: {
    /** Bundle with its WebAssembly files, as Cloudflare's tool wrangler makes it. */
    readonly bundle: CodeSize;
    /** Folder `node_modules` after npm has installed all packages. */
    readonly installed: CodeSize;
  };
}

/** Constants that were measured for this version of the program. */
export const CONSTANTS: PlanConstants = measured;
