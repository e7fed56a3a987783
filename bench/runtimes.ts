import type { DetectResult } from "../src/ports/detector.ts";
import { RUNTIMES } from "../tests/conformance/runtimes.ts";
import type { Target } from "../tests/conformance/target.ts";
import { type Measurement, measurementOf } from "./stopwatch.ts";

/** Times of a runtime. */
export interface RuntimeMeasurement {
  /** Name of the runtime. */
  readonly runtime: string;
  /** Engine and number of threads. */
  readonly engine: string;
  /** Time from the start of a process to its first detections. */
  readonly coldStart: Measurement;
  /** Time of a request to a warm server. */
  readonly warm: Measurement;
}

/** Settings of all servers; wasm is the only engine of every runtime. */
const SETTINGS = { ENGINE: "wasm", LOG: "none" };

/**
 * Starts a new server process on each runtime in turn, several times, and sends it an image.
 *
 * Several starts have an extra first round, which does not count: it builds the bundles of the Worker
 * and of the page.
 *
 * @param image Encoded image.
 * @param starts Processes of each runtime.
 * @param rounds Images for the last process of each runtime.
 */
export async function measureRuntimes(
  image: Uint8Array<ArrayBuffer>,
  starts: number,
  rounds: number,
): Promise<RuntimeMeasurement[]> {
  const measurements: RuntimeMeasurement[] = [];
  const coldStarts = new Map<string, number[]>();
  for (let round = starts > 1 ? -1 : 0; round < starts; round++) {
    for (const [runtime, start] of Object.entries(RUNTIMES)) {
      const began = performance.now();
      await using target = await start(SETTINGS);
      const { engine } = await detect(target, image);
      const ms = performance.now() - began;
      if (round >= 0) coldStarts.set(runtime, [...coldStarts.get(runtime) ?? [], ms]);
      if (round < starts - 1) continue;
      measurements.push({
        runtime,
        engine: `${engine.provider}, ${engine.threads} thread${engine.threads === 1 ? "" : "s"}`,
        coldStart: measurementOf("cold start", coldStarts.get(runtime)!),
        warm: measurementOf("warm", await warmTimes(target, image, rounds)),
      });
    }
  }
  return measurements;
}

/** Times requests; a tenth more come first and do not count. */
async function warmTimes(
  target: Target,
  image: Uint8Array<ArrayBuffer>,
  rounds: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const began = performance.now();
    await detect(target, image);
    if (round >= 0) times.push(performance.now() - began);
  }
  return times;
}

async function detect(target: Target, image: Uint8Array<ArrayBuffer>): Promise<DetectResult> {
  const response = await target.request("/detect", { method: "POST", body: image });
  if (response.ok) return await response.json();
  throw new Error(`${target.name} answered ${response.status}: ${await response.text()}`);
}
