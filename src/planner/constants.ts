import type { Macs } from "./graph_work.ts";
import measured from "./constants.json" with { type: "json" };

/** Where times were measured: the host of Deno, or that of Cloudflare Workers. */
export type MeasuredRuntime = "deno" | "workerd";

/** Times of a runtime, in milliseconds of processor time on one thread. */
export interface RuntimeConstants {
  /** Of every image. */
  readonly image: number;
  /** Of each megapixel of a JPEG's file. */
  readonly megapixel: number;
  /** Of each megapixel that it is decoded to. */
  readonly decodedMegapixel: number;
  /** Of every start, up to the first answer. */
  readonly start: number;
  /** Of each megabyte of the graph, at a start. */
  readonly graphMegabyte: number;
  /** Of each operation of the graph, at a start. */
  readonly node: number;
  /** How many images the first one counts as, while the engine is still being compiled. */
  readonly first: number;
  /** Memory of a process beside its heap, in bytes; 0 where it is nobody's concern. */
  readonly processBytes: number;
}

/** What `deno task plan:measure` found. */
export interface PlanConstants {
  /** When, where and of what. */
  readonly measured: {
    readonly date: string;
    readonly machine: string;
    readonly command: string;
    /** How each group of constants was found. */
    readonly how: Readonly<Record<string, string>>;
  };
  /** Processor time of the benchmark of the machine, in milliseconds. */
  readonly calibrationMs: number;
  /** The engine's wasm memory: the larger of two sums. */
  readonly heap: {
    /** Bytes without any graph. */
    readonly base: number;
    /** While it loads, for each byte of weights. */
    readonly loading: number;
    /** While it runs, for each byte of weights. */
    readonly running: number;
    /** While it runs, for each byte of results. */
    readonly activations: number;
  };
  /** Milliseconds of the engine. */
  readonly engine: {
    /** For 10^9 multiply-accumulates of each kind. */
    readonly macs: Readonly<Record<keyof Macs, number>>;
    /** For 10^6 numbers that other operations put out. */
    readonly elements: number;
  };
  /** Times by runtime. */
  readonly runtimes: Readonly<Record<MeasuredRuntime, RuntimeConstants>>;
  /** Bytes of the program without a model. */
  readonly code: {
    /** One bundle with its wasm, as wrangler makes it. */
    readonly bundle: { readonly bytes: number; readonly gzipped: number };
    /** The packages that it needs, as npm installs them. */
    readonly installed: { readonly bytes: number; readonly gzipped: number };
  };
}

/** The constants of this version. */
export const CONSTANTS: PlanConstants = measured;
