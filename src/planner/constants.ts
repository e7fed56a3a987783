import type { Macs } from "./graph_work.ts";
import measured from "./constants.json" with { type: "json" };

/** Runtime whose speed and memory were measured: Deno or Cloudflare Workers (`workerd`). */
export type MeasuredRuntime = "deno" | "workerd";

/** Measured CPU times and memory of a runtime. The times were measured with one thread. */
export interface RuntimeConstants {
  /** Milliseconds that every image takes, independent of the image and the graph. */
  readonly image: number;
  /**
   * Milliseconds per megapixel of the image in the JPEG file. All pixels of the file count, even if
   * the file is decoded at a reduced size.
   */
  readonly megapixel: number;
  /**
   * Milliseconds per megapixel of the decoded image, in addition to `megapixel`. A JPEG file may be
   * decoded at a reduced size.
   */
  readonly decodedMegapixel: number;
  /**
   * Milliseconds that every cold start takes, independent of the graph. The time for the first
   * image is not included.
   */
  readonly start: number;
  /** Milliseconds that each megabyte of the graph adds to a cold start. */
  readonly graphMegabyte: number;
  /** Milliseconds that each operation of the graph adds to a cold start. */
  readonly node: number;
  /**
   * Duration of the first image, divided by the duration of a later image. The first image is
   * slower, because the WebAssembly compiler has not optimised the engine yet.
   */
  readonly first: number;
  /** Bytes of memory of a process, without its WebAssembly memory and buffers. */
  readonly processBytes: number;
}

/**
 * Size of a program. Some platforms limit the size before gzip, other platforms limit the size
 * after gzip.
 */
export interface CodeSize {
  /** Bytes without compression. */
  readonly bytes: number;
  /** Bytes after gzip. */
  readonly gzipped: number;
}

/**
 * Measured constants, from which `deno task plan` predicts memory and times. `deno task
 * plan:measure` writes the constants to constants.json.
 */
export interface PlanConstants {
  /** Date, machine and method of the measurement. */
  readonly measured: {
    readonly date: string;
    readonly machine: string;
    readonly command: string;
    /** Method of measurement for each group of constants. The key is the name of the group. */
    readonly how: Readonly<Record<string, string>>;
  };
  /**
   * CPU milliseconds that bench/planner/calibrate.ts took on the measured machine. The time of this
   * script on another machine shows how much slower or faster that machine is.
   */
  readonly calibrationMs: number;
  /**
   * Constants that predict the size of the engine's WebAssembly memory.
   *
   * The size is `base` plus the larger of two values: the memory for loading the graph, and the
   * memory for running the graph.
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
    /** Milliseconds per 10^9 multiply-accumulate operations. The key is the kind of operation. */
    readonly macs: Readonly<Record<keyof Macs, number>>;
    /**
     * Milliseconds per 10^6 output numbers of all operations that are neither convolutions nor
     * matrix products, for example `Add`.
     */
    readonly elements: number;
  };
  /** Times and memory of each measured runtime. */
  readonly runtimes: Readonly<Record<MeasuredRuntime, RuntimeConstants>>;
  /** Size of the program without a model. */
  readonly code: {
    /**
     * Bundle of the program with its WebAssembly files, built with wrangler, the tool of Cloudflare
     * Workers.
     */
    readonly bundle: CodeSize;
    /** Folder `node_modules` after npm has installed the package, without the graphs of models. */
    readonly installed: CodeSize;
  };
}

/** Measured constants of this version of the program. */
export const CONSTANTS: PlanConstants = measured;
