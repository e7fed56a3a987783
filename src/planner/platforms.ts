import type { MeasuredRuntime } from "./constants.ts";

/** What a platform allows; a limit that is absent is not known, or there is none. */
export interface Platform {
  /** Its name. */
  readonly title: string;
  /** Whose times are taken. */
  readonly runtime: MeasuredRuntime;
  /** Bytes of memory. */
  readonly memory?: number;
  /** Whether the limit is on the whole process, and not on the heap alone. */
  readonly wholeProcess?: boolean;
  /** Milliseconds of processor time of a request, one that loads the model among them. */
  readonly processorMs?: number;
  /** Milliseconds that a request may take. */
  readonly requestMs?: number;
  /** How the program gets there. */
  readonly code: "bundle" | "installed";
  /** Whether the graph is counted with the program. */
  readonly graphInCode: boolean;
  /** Bytes of the program. */
  readonly codeBytes?: number;
  /** Bytes of the program, gzipped. */
  readonly codeGzipped?: number;
  /** Bytes of the image in a request. */
  readonly bodyBytes?: number;
  /** What else there is to know. */
  readonly notes: readonly string[];
}

/** When the limits were read in the platforms' own pages. They change: check before promising. */
export const LIMITS_READ = "2026-11";

const MB = 1e6;
const SAME_ENGINE = "times are those of Deno, which has the same engine";

/** The platforms by the name that a person gives. */
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
    notes: ["no workers; the graph comes from storage by its address"],
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

/** A platform's name. */
export type PlatformName = keyof typeof PLATFORMS;
