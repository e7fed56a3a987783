import type { PlanConstants, RuntimeConstants } from "../../src/planner/constants.ts";
import type { Macs } from "../../src/planner/graph_work.ts";
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

const KINDS: readonly (keyof Macs)[] = [
  ...["pointwise", "spatial", "depthwise", "int8", "int8Depthwise"] as const,
];

type Runtime = "deno" | "workerd";

/** Constants that are fitted to samples. */
export type FittedConstants = Pick<PlanConstants, "heap" | "engine" | "runtimes">;

/** Fits constants to samples: those of the engine to both runtimes, the others to each. */
export function fitConstants(samples: readonly Sample[]): FittedConstants {
  const runs = samples.flatMap(({ needs, deno, workerd }) => [
    { needs, runtime: "deno" as const, measured: deno },
    ...(workerd ? [{ needs, runtime: "workerd" as const, measured: workerd }] : []),
  ]);
  const [denoImage, denoFile, workerdImage, workerdFile, decoded, elements, ...rates] = fit(
    runs.map(({ needs, runtime }) => [...imageTerms(needs, runtime), ...engineTerms(needs)]),
    runs.map(({ measured }) => measured.imageMs),
  ).map(rounded) as [number, number, number, number, number, number, ...number[]];
  const macs = Object.fromEntries(KINDS.map((kind, i) => [kind, rates[i]])) as Record<
    keyof Macs,
    number
  >;
  const image = { deno: denoImage, workerd: workerdImage };
  const megapixel = { deno: denoFile, workerd: workerdFile };
  const fitRuntime = (runtime: Runtime): RuntimeConstants => {
    const own = runs.filter((run) => run.runtime === runtime);
    const [start, graphMegabyte, node, first] = fit(
      own.map(({ needs, measured }) => [
        ...[1, needs.graphBytes / 1e6, needs.work.nodes, measured.imageMs],
      ]),
      own.map(({ measured }) => measured.coldMs),
    ).map(rounded) as [number, number, number, number];
    const beside = own.map(({ measured }) => measured.processBytes - measured.heapBytes);
    const processBytes = Math.round(median(beside) / 1e5) * 1e5;
    return {
      ...{ image: image[runtime], megapixel: megapixel[runtime], decodedMegapixel: decoded },
      ...{ start, graphMegabyte, node, first, processBytes },
    };
  };
  return {
    heap: fitHeap(samples),
    engine: { macs, elements },
    runtimes: { deno: fitRuntime("deno"), workerd: fitRuntime("workerd") },
  };
}

function imageTerms({ image, decoded }: Needs, runtime: Runtime): number[] {
  const own = [1, megapixels(image)];
  return [...runtime === "deno" ? [...own, 0, 0] : [0, 0, ...own], megapixels(decoded)];
}

function engineTerms({ work: { macs, elements } }: Needs): number[] {
  return [elements / 1e6, ...KINDS.map((kind) => macs[kind] / 1e9)];
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

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
