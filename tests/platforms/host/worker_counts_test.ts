import { assertEquals } from "@std/assert";
import { workerCounts } from "../../../src/platforms/host/worker_counts.ts";
import type { Config } from "../../../src/server/config.ts";

type Settings = Pick<Config, "WORKERS" | "THREADS" | "ENGINE">;

const CASES: readonly (readonly [
  claim: string,
  settings: Settings,
  cores: number,
  hasNative: boolean,
  workers: number,
  threads: number,
])[] = [
  ["one worker for WebAssembly", { ENGINE: "auto" }, 4, false, 1, 4],
  ["two workers if the native engine is installed", { ENGINE: "auto" }, 4, true, 2, 4],
  ["two workers for the native engine", { ENGINE: "native" }, 4, false, 2, 4],
  ["one worker on one core", { ENGINE: "native" }, 1, true, 1, 1],
  ["one worker for an engine that was chosen", { ENGINE: "wasm" }, 4, true, 1, 4],
  ["the cores divided by WORKERS", { ENGINE: "native", WORKERS: 3 }, 8, true, 3, 2],
  ["a thread at least", { ENGINE: "wasm", WORKERS: 8 }, 2, true, 8, 1],
  ["THREADS as it is set", { ENGINE: "auto", THREADS: 3 }, 8, true, 2, 3],
];

for (const [claim, settings, cores, hasNative, workers, threads] of CASES) {
  Deno.test(`workerCounts() returns ${claim}`, () => {
    assertEquals(workerCounts(settings, cores, hasNative), { workers, threads });
  });
}
