import { DEFAULT_IMAGE_LIMITS } from "../image/limits.ts";
import { WORKERD_LIMITS } from "../platforms/workerd/limits.ts";
import type { CodeSize, PlanConstants } from "./constants.ts";
import type { Platform } from "./platforms.ts";
import type { Expectation, Needs } from "./predict.ts";

/** Expected value, for example of the memory, and the limit of the platform for this value. */
export interface Check {
  /** Name of the checked value, as `deno task plan` prints it. */
  readonly what: string;
  /** Expected value. */
  readonly expected: number;
  /** Maximum value that the platform allows. Unset: no limit. */
  readonly limit?: number | undefined;
  /** Unit of the expected value and of the limit. */
  readonly unit: "bytes" | "ms" | "pixels";
  /** Advice that `deno task plan` prints if the value exceeds the limit. */
  readonly advice: string;
}

/** Returns true if the expected value is within the limit. */
export function fits({ expected, limit = Infinity }: Check): boolean {
  return expected <= limit;
}

/**
 * Share of a platform's memory limit that WebAssembly memory and buffers may use. The other 20
 * percent of the limit are for compiled code and JavaScript objects.
 */
const HEAP_SHARE = 0.8;

/** Beginning of the advice for a model that needs too much memory or time. */
const SMALLER = "take a smaller model, an int8 export of it, or another platform";

/** Compares the memory, sizes and times that a model needs with the limits of a platform. */
export function checkLimits(
  needs: Needs,
  expected: Expectation,
  platform: Platform,
  { code }: PlanConstants,
): Check[] {
  return [
    ...memoryChecks(expected, platform),
    ...imageChecks(needs, platform),
    ...platform.runtime === "workerd" ? [graphCheck(needs)] : [],
    ...codeChecks(needs, platform, code[platform.code]),
    ...timeChecks(expected, platform),
  ];
}

function memoryChecks(
  { heapBytes, processBytes }: Expectation,
  { memory, wholeProcess }: Platform,
): Check[] {
  const heapLimit = memory === undefined || wholeProcess ? undefined : HEAP_SHARE * memory;
  const heap: Check = {
    what: "heap: wasm memory and buffers",
    expected: heapBytes,
    limit: heapLimit,
    unit: "bytes",
    advice: `${SMALLER}; send smaller images`,
  };
  // A platform that limits only the heap does not limit the memory of the whole process.
  if (heapLimit !== undefined) return [heap];
  return [heap, {
    what: "whole process, roughly",
    expected: processBytes,
    limit: memory,
    unit: "bytes",
    advice: `${SMALLER}, or ask for more memory`,
  }];
}

function imageChecks(
  { decodedBytes, image, fileBytes }: Needs,
  { runtime, bodyBytes = Infinity }: Platform,
): Check[] {
  const isWorker = runtime === "workerd";
  const { maxBytes } = isWorker ? WORKERD_LIMITS : DEFAULT_IMAGE_LIMITS;
  return [
    {
      what: "decoded image, within the heap",
      expected: decodedBytes,
      limit: isWorker ? WORKERD_LIMITS.maxDecodedBytes : undefined,
      unit: "bytes",
      advice: "send smaller images, or take a model whose manifest resamples with antialias, " +
        "for which a JPEG is decoded at a reduced scale",
    },
    {
      what: "pixels of the image",
      expected: image.width * image.height,
      limit: DEFAULT_IMAGE_LIMITS.maxPixels,
      unit: "pixels",
      advice: "send smaller images, or set MAX_PIXELS",
    },
    {
      what: "file of the image",
      expected: fileBytes,
      limit: Math.min(maxBytes, bodyBytes),
      unit: "bytes",
      advice: "send smaller images",
    },
  ];
}

function graphCheck({ graphBytes }: Needs): Check {
  return {
    what: "graph, in static assets (25 MiB) or R2",
    expected: graphBytes,
    limit: WORKERD_LIMITS.maxModelBytes,
    unit: "bytes",
    advice: "take a smaller model, or an int8 export of it",
  };
}

function codeChecks(
  { graphBytes }: Needs,
  { graphInCode, codeBytes, codeGzipped }: Platform,
  program: CodeSize,
): Check[] {
  const [what, graph] = graphInCode
    ? ["code and graph", graphBytes] as const
    : ["code", 0] as const;
  return [
    {
      what,
      expected: program.bytes + graph,
      limit: codeBytes,
      unit: "bytes",
      advice: "keep the graph in storage and load it by its URL",
    },
    {
      what: `${what}, gzipped`,
      expected: program.gzipped + graph,
      limit: codeGzipped,
      unit: "bytes",
      advice: "the engine alone is 3.7 MB: take a platform or a plan that allows more",
    },
  ];
}

function timeChecks(
  { coldMs, imageMs }: Expectation,
  { processorMs, requestMs }: Platform,
): Check[] {
  const common = {
    limit: processorMs ?? requestMs,
    unit: "ms",
    advice: `${SMALLER} that allows a request more processor time`,
  } as const;
  return [
    { what: "cold start to first answer", expected: coldMs, ...common },
    { what: "each further image", expected: imageMs, ...common },
  ];
}
