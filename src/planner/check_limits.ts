import { DEFAULT_IMAGE_LIMITS } from "../image/limits.ts";
import { WORKERD_LIMITS } from "../platforms/workerd/limits.ts";
import type { PlanConstants } from "./constants.ts";
import type { Platform } from "./platforms.ts";
import type { Expectation, Needs } from "./predict.ts";

/** One thing that a platform limits. */
export interface Check {
  /** What it is. */
  readonly what: string;
  /** What is expected. */
  readonly expected: number;
  /** What is allowed; absent where there is no limit. */
  readonly limit?: number;
  /** Unit of both. */
  readonly unit: "bytes" | "ms" | "pixels";
  /** What to do about it if it does not fit. */
  readonly advice: string;
}

/** Whether it fits. */
export function fits({ expected, limit = Infinity }: Check): boolean {
  return expected <= limit;
}

/** Of the memory of an isolate, whose limit is also on compiled code and the JavaScript heap. */
const HEAP_SHARE = 0.8;

/** Holds what is expected against what a platform allows. */
export function checkLimits(
  needs: Needs,
  { heapBytes, processBytes, coldMs, imageMs }: Expectation,
  platform: Platform,
  { code }: PlanConstants,
): Check[] {
  const program = code[platform.code];
  const graph = platform.graphInCode ? needs.graphBytes : 0;
  const isWorker = platform.runtime === "workerd";
  const smaller = "take a smaller model, an int8 export of it, or another platform";
  const checks: readonly (Check | false)[] = [
    {
      what: "heap: wasm memory and buffers",
      expected: heapBytes,
      limit: platform.wholeProcess || platform.memory === undefined
        ? undefined
        : HEAP_SHARE * platform.memory,
      unit: "bytes",
      advice: `${smaller}; send smaller images`,
    },
    // Of an isolate's process nobody but the platform knows.
    (platform.wholeProcess || platform.memory === undefined) && {
      what: "whole process, roughly",
      expected: processBytes,
      limit: platform.memory,
      unit: "bytes",
      advice: `${smaller}, or ask for more memory`,
    },
    {
      what: "decoded image, within the heap",
      expected: needs.decodedBytes,
      limit: isWorker ? WORKERD_LIMITS.maxDecodedBytes : undefined,
      unit: "bytes",
      advice: "send smaller images, or take a model whose manifest resamples with antialias, " +
        "for which a JPEG is decoded at a reduced scale",
    },
    {
      what: "pixels of the image",
      expected: needs.image.width * needs.image.height,
      limit: DEFAULT_IMAGE_LIMITS.maxPixels,
      unit: "pixels",
      advice: "send smaller images, or set MAX_PIXELS",
    },
    {
      what: "file of the image",
      expected: needs.fileBytes,
      limit: Math.min(
        isWorker ? WORKERD_LIMITS.maxBytes : DEFAULT_IMAGE_LIMITS.maxBytes,
        platform.bodyBytes ?? Infinity,
      ),
      unit: "bytes",
      advice: "send smaller images",
    },
    isWorker && {
      what: "graph, in static assets (25 MiB) or R2",
      expected: needs.graphBytes,
      limit: WORKERD_LIMITS.maxModelBytes,
      unit: "bytes",
      advice: "take a smaller model, or an int8 export of it",
    },
    {
      what: graph > 0 ? "code and graph" : "code",
      expected: program.bytes + graph,
      limit: platform.codeBytes,
      unit: "bytes",
      advice: "keep the graph in storage and load it by its address",
    },
    {
      what: graph > 0 ? "code and graph, gzipped" : "code, gzipped",
      expected: program.gzipped + graph,
      limit: platform.codeGzipped,
      unit: "bytes",
      advice: "the engine alone is 3.7 MB: take a platform or a plan that allows more",
    },
    {
      what: "cold start to first answer",
      expected: coldMs,
      limit: platform.processorMs ?? platform.requestMs,
      unit: "ms",
      advice: `${smaller} that allows a request more processor time`,
    },
    {
      what: "each further image",
      expected: imageMs,
      limit: platform.processorMs ?? platform.requestMs,
      unit: "ms",
      advice: `${smaller} that allows a request more processor time`,
    },
  ];
  return checks.filter((check) => check !== false);
}
