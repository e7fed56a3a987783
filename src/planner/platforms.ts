import type { MeasuredRuntime } from "./constants.ts";

/**
 * Limits of a platform. A limit is unset if the platform does not have this limit, or does not
 * publish it.
 */
export interface Platform {
  /** Name of the platform in the output of `deno task plan`. */
  readonly title: string;
  /** Measured runtime whose times and memory are used for the predictions of the platform. */
  readonly runtime: MeasuredRuntime;
  /** Maximum bytes of memory. */
  readonly memory?: number;
  /** True if `memory` limits the whole process. Unset: `memory` limits the heap. */
  readonly wholeProcess?: boolean;
  /** Maximum CPU milliseconds of a request. The cold start counts towards the first request. */
  readonly processorMs?: number;
  /** Maximum duration of a request in milliseconds. */
  readonly requestMs?: number;
  /** Form of the deployed program: one bundle, or the folder of installed packages. */
  readonly code: "bundle" | "installed";
  /** True if the graph is deployed with the program, and counts towards the size of the program. */
  readonly graphInCode: boolean;
  /** Maximum bytes of the program. */
  readonly codeBytes?: number;
  /** Maximum bytes of the program after gzip. */
  readonly codeGzipped?: number;
  /** Maximum bytes of an image in a request body. */
  readonly bodyBytes?: number;
  /** Remarks that `deno task plan` prints below the checks. */
  readonly notes: readonly string[];
}

/** Month in which the limits were last compared with the documentation of the platforms. */
export const LIMITS_READ = "2026-11";

const MB = 1e6;
const SAME_ENGINE = "times are those of Deno, which has the same engine";

/** Limits of all platforms. The key is the name of the platform on the command line. */
export const PLATFORMS = {
  "workers-free": {
    title: "Cloudflare Workers, free",
    runtime: "workerd",
    memory: 128 * MB,
    processorMs: 10,
    code: "bundle",
    graphInCode: false,
    codeGzipped: 3 * MB,
    notes: ["code of 3 MB gzipped on older pages, 64 MiB on the newest"],
  },
  "workers": {
    title: "Cloudflare Workers, paid",
    runtime: "workerd",
    memory: 128 * MB,
    processorMs: 30_000,
    code: "bundle",
    graphInCode: false,
    codeGzipped: 10 * MB,
    notes: [
      "a fifth of the 128 MB is left to compiled code and JavaScript",
      "30 s of processor time unless limits.cpu_ms says more, up to 5 minutes",
    ],
  },
  "deno-deploy": {
    title: "Deno Deploy",
    runtime: "deno",
    memory: 512 * MB,
    wholeProcess: true,
    code: "installed",
    graphInCode: true,
    codeBytes: 1000 * MB,
    notes: ["512 MB are those of Deno Deploy Classic"],
  },
  "lambda": {
    title: "AWS Lambda, 2 GB",
    runtime: "deno",
    memory: 2048 * MB,
    wholeProcess: true,
    requestMs: 900_000,
    code: "installed",
    graphInCode: true,
    codeBytes: 250 * MB,
    bodyBytes: 4.5 * MB,
    notes: [
      SAME_ENGINE,
      "a request of 6 MB, in base64",
      "memory from 128 MB to 10,240 MB as you ask; processors come with it",
    ],
  },
  "vercel": {
    title: "Vercel, Node",
    runtime: "deno",
    memory: 2048 * MB,
    wholeProcess: true,
    requestMs: 300_000,
    code: "installed",
    graphInCode: true,
    codeBytes: 250 * MB,
    bodyBytes: 4.5 * MB,
    notes: [SAME_ENGINE],
  },
  "supabase": {
    title: "Supabase Edge Functions",
    runtime: "deno",
    memory: 256 * MB,
    wholeProcess: true,
    processorMs: 2000,
    code: "bundle",
    graphInCode: false,
    codeBytes: 20 * MB,
    notes: ["no workers; the graph comes from storage by its URL"],
  },
  "netlify-edge": {
    title: "Netlify Edge Functions",
    runtime: "deno",
    memory: 512 * MB,
    wholeProcess: true,
    processorMs: 50,
    code: "bundle",
    graphInCode: false,
    codeBytes: 20 * MB,
    notes: [],
  },
  "deno": {
    title: "Deno on a machine of your own",
    runtime: "deno",
    code: "installed",
    graphInCode: true,
    notes: ["one thread of wasm; threads, WebGPU or the native engine are faster"],
  },
  "node": {
    title: "Node on a machine of your own",
    runtime: "deno",
    code: "installed",
    graphInCode: true,
    notes: [SAME_ENGINE, "one thread of wasm; threads or the native engine are faster"],
  },
} as const satisfies Readonly<Record<string, Platform>>;

/** Name of a platform on the command line. */
export type PlatformName = keyof typeof PLATFORMS;
