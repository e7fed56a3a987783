import type { DetectResult } from "../src/ports/detector.ts";
import { RUNTIMES } from "../tests/conformance/runtimes.ts";
import type { Target } from "../tests/conformance/target.ts";
import { type Measurement, measurementOf } from "./stopwatch.ts";

/** What a runtime was measured at. */
export interface RuntimeMeasurement {
  /** The runtime. */
  readonly runtime: string;
  /** What ran the graph. */
  readonly engine: string;
  /** From the start of a process to its first answer to a photo. */
  readonly coldStart: Measurement;
  /** A photo there and its answer back, once all is warm. */
  readonly warm: Measurement;
}

/** One engine for all: not each runtime has the others. */
const SETTINGS = { ENGINE: "wasm", LOG: "none" };

/**
 * Starts each runtime's server in a fresh process several times, in turn, and sends it a photo.
 *
 * What is built once, as the bundle of a Worker or of a page, is built before the clock starts.
 *
 * @param photo An encoded image.
 * @param starts Processes of each runtime.
 * @param rounds Photos for the last process of each.
 */
export async function measureRuntimes(
  photo: Uint8Array<ArrayBuffer>,
  starts: number,
  rounds: number,
): Promise<RuntimeMeasurement[]> {
  const measurements: RuntimeMeasurement[] = [];
  const coldStarts = new Map<string, number[]>();
  for (let round = -1; round < starts; round++) {
    for (const [runtime, start] of Object.entries(RUNTIMES)) {
      const began = performance.now();
      await using target = await start(SETTINGS);
      const { engine } = await detect(target, photo);
      const ms = performance.now() - began;
      if (round >= 0) coldStarts.set(runtime, [...coldStarts.get(runtime) ?? [], ms]);
      if (round < starts - 1) continue;
      measurements.push({
        runtime,
        engine: `${engine.provider}, ${engine.threads} thread${engine.threads === 1 ? "" : "s"}`,
        coldStart: measurementOf("cold start", coldStarts.get(runtime)!),
        warm: measurementOf("warm", await warmTimes(target, photo, rounds)),
      });
    }
  }
  return measurements;
}

/** The first tenth does not count. */
async function warmTimes(
  target: Target,
  photo: Uint8Array<ArrayBuffer>,
  rounds: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const began = performance.now();
    await detect(target, photo);
    if (round >= 0) times.push(performance.now() - began);
  }
  return times;
}

async function detect(target: Target, photo: Uint8Array<ArrayBuffer>): Promise<DetectResult> {
  const response = await target.request("/detect", { method: "POST", body: photo });
  if (response.ok) return await response.json();
  throw new Error(`${target.name} answered ${response.status}: ${await response.text()}`);
}
