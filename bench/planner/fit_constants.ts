import type { PlanConstants, RuntimeConstants } from "../../src/planner/constants.ts";
import { engineBytes, megapixels, type Needs } from "../../src/planner/predict.ts";
import { fit } from "./fit.ts";
import type { Measured } from "./measured.ts";

/** Needs of a model for an image, and its measurements. */
export interface Sample {
  readonly needs: Needs;
  readonly deno: Measured;
  /** Unset: the graph is too large for a static asset. */
  readonly workerd?: Measured | undefined;
}

type Runtime = "deno" | "workerd";

/** Constants that are fitted to samples. */
export type FittedConstants = Pick<PlanConstants, "heap" | "engine" | "runtimes">;

/** Fits constants to samples: those of the engine to both runtimes, the others to each. */
export function fitConstants(samples: readonly Sample[]): FittedConstants {
  const runs = samples.flatMap(({ needs, deno, workerd }) => [
    { needs, runtime: "deno" as const, measured: deno },
    ...(workerd ? [{ needs, runtime: "workerd" as const, measured: workerd }] : []),
  ]);
  const { elements, ...rates } = fit(
    runs.map(({ needs, runtime }) => ({ ...imageTerms(needs, runtime), ...engineTerms(needs) })),
    runs.map(({ measured }) => measured.imageMs),
  );
  const { denoImage, denoFile, workerdImage, workerdFile, decoded, ...macs } = rates;
  const fitRuntime = (runtime: Runtime): Omit<RuntimeConstants, "image" | "megapixel"> => {
    const own = runs.filter((run) => run.runtime === runtime);
    const beside = own.map(({ measured }) => measured.processBytes - measured.heapBytes);
    return {
      decodedMegapixel: decoded,
      ...fit(
        own.map(({ needs, measured }) => ({
          start: 1,
          graphMegabyte: needs.graphBytes / 1e6,
          node: needs.work.nodes,
          first: measured.imageMs,
        })),
        own.map(({ measured }) => measured.coldMs),
      ),
      processBytes: Math.round(median(beside) / 1e5) * 1e5,
    };
  };
  return {
    heap: fitHeap(samples),
    engine: { macs, elements },
    runtimes: {
      deno: { image: denoImage, megapixel: denoFile, ...fitRuntime("deno") },
      workerd: { image: workerdImage, megapixel: workerdFile, ...fitRuntime("workerd") },
    },
  };
}

function imageTerms({ image, decoded }: Needs, runtime: Runtime) {
  const [isDeno, isWorkerd] = runtime === "deno" ? [1, 0] as const : [0, 1] as const;
  const pixels = megapixels(image);
  return {
    denoImage: isDeno,
    denoFile: isDeno * pixels,
    workerdImage: isWorkerd,
    workerdFile: isWorkerd * pixels,
    decoded: megapixels(decoded),
  };
}

function engineTerms({ work: { macs, elements } }: Needs) {
  return {
    elements: elements / 1e6,
    pointwise: macs.pointwise / 1e9,
    spatial: macs.spatial / 1e9,
    depthwise: macs.depthwise / 1e9,
    int8: macs.int8 / 1e9,
    int8Depthwise: macs.int8Depthwise / 1e9,
  };
}

/** Tries every combination: the larger of two sums is not linear. */
function fitHeap(samples: readonly Sample[]): PlanConstants["heap"] {
  let best = { error: Infinity, heap: { base: 0, loading: 0, running: 0, activations: 0 } };
  for (let base = 8e6; base <= 22e6; base += 1e6) {
    for (let loading = 18; loading <= 32; loading++) {
      for (let running = 0; running <= 24; running += 2) {
        for (let activations = 2; activations <= 16; activations++) {
          const heap = {
            ...{ base, loading: loading / 10, running: running / 10 },
            activations: activations / 4,
          };
          const error = worstError(samples, heap);
          if (error < best.error) best = { error, heap };
        }
      }
    }
  }
  return best.heap;
}

function worstError(samples: readonly Sample[], heap: PlanConstants["heap"]): number {
  const constants = { heap } as PlanConstants;
  return Math.max(...samples.map(({ needs, deno }) => {
    return Math.abs(engineBytes(needs.work, constants) / deno.engineBytes! - 1);
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
