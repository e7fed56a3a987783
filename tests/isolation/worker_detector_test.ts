import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import { DetectorPool } from "../../src/serving/detector_pool.ts";
import { DetectorSlot } from "../../src/serving/detector_slot.ts";
import { startDetector } from "../../src/platforms/host/start_pool.ts";
import { WorkerProcess } from "../../src/platforms/host/process/worker_process.ts";
import { workerDetector } from "../../src/isolation/worker_detector.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertRejectsDomainError } from "../testing.ts";

const LOAD = {
  model: "everyday8",
  folder: new URL("../../models/", import.meta.url).href,
  engine: "wasm",
  threads: 1,
  limits: DEFAULT_IMAGE_LIMITS,
} as const;

Deno.test("workerDetector() with a real process", async (test) => {
  const detector = await startDetector(LOAD);

  await test.step("rejects with the codes of errors, then works again", async () => {
    await assertRejectsDomainError(detector.detect(new Uint8Array([1, 2, 3])), "not-an-image");
    await assertRejectsDomainError(
      detector.detect(fruitImage(), { classes: ["unicorn"] }),
      "unknown-class",
    );
    assertEquals((await detector.detect(fruitImage())).image, { width: 640, height: 480 });
  });

  await test.step("matches results to concurrent calls", async () => {
    const calls = [1, 2, 3, 4].map((max) =>
      detector.detect(fruitImage(), { scoreThreshold: 0, max })
    );
    const counts = (await Promise.all(calls)).map(({ detections }) => detections.length);
    assertEquals(counts, [1, 2, 3, 4]);
  });

  await test.step("does not change the bytes of the caller", async () => {
    const bytes = fruitImage();
    await detector.detect(bytes);
    assertEquals(bytes, fruitImage());
  });

  await test.step("rejects pending and later calls once it is closed", async () => {
    const pending = detector.detect(fruitImage());
    await detector.close();
    await assertRejectsDomainError(pending, "model-not-ready");
    await assertRejectsDomainError(detector.detect(fruitImage()), "model-not-ready");
  });
});

Deno.test("workerDetector() rejects calls and fails its slot when its worker crashes", async () => {
  const script = new URL("./dying_worker.ts", import.meta.url);
  const loading = workerDetector(new Worker(script, { type: "module" }), LOAD);
  const slot = new DetectorSlot("dying", loading);
  const detector = await loading;
  await slot.settled;
  assertEquals(slot.state.status, "ready");
  await assertRejectsDomainError(detector.detect(fruitImage()), "worker-crashed");
  await detector.brokenDown;
  const { state } = slot;
  assertEquals(state.status, "failed");
  const message = state.status === "failed" ? state.error.message : "";
  assertEquals(message, "Cannot detect as the engine's worker broke down");
});

/** Images of one byte that make hanging_process.ts fail. */
const FAULTS: readonly (readonly [byte: number, claim: string, code: ErrorCode | null])[] = [
  [0, "a decoder that hangs", "decode-timeout"],
  [1, "an engine that hangs", "run-timeout"],
  [2, "an unexpected error", null],
  [3, "a process that exits", "worker-crashed"],
  [4, "a thread that ends", "worker-crashed"],
];

Deno.test("DetectorPool with real processes", async (test) => {
  // Long enough for a valid image on a busy machine: only the calls that hang wait for them.
  const deadlines = { decodeMs: 8000, runMs: 8000 };
  const script = new URL("./hanging_process.ts", import.meta.url);
  const replaced: string[] = [];
  const pool = await DetectorPool.open({
    size: 1,
    queue: 4,
    start: () => workerDetector(new WorkerProcess(script), LOAD, deadlines),
    log: (message) => replaced.push(message),
  });
  for (const [byte, claim, code] of FAULTS) {
    await test.step(`survives ${claim}: the call fails, the next one works`, async () => {
      const failing = pool.detect(Uint8Array.of(byte));
      const next = pool.detect(fruitImage());
      if (code === null) await assertRejects(() => failing, Error, "an unexpected error");
      else await assertRejectsDomainError(failing, code);
      assertEquals((await next).detections[0]?.label, "orange");
      assertEquals(pool.unreadiness(), null);
    });
  }
  assertEquals(replaced.length, FAULTS.length);
  await pool.close();
  await test.step("leaves no process behind, not even a hung one", async () => {
    for (let tries = 0; tries < 100 && await processesOf(script) > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await processesOf(script), 0);
  });
});

Deno.test("DetectorPool replaces a process whose run takes much longer than earlier ones", async () => {
  const usualRun = { factor: 3, minMs: 4000 };
  const deadlines = { decodeMs: 60_000, runMs: 60_000, usualRun };
  const script = new URL("./hanging_process.ts", import.meta.url);
  const pool = await DetectorPool.open({
    size: 1,
    queue: 1,
    start: () => workerDetector(new WorkerProcess(script), LOAD, deadlines),
  });
  const failing = pool.detect(Uint8Array.of(1));
  const refused = assertRejectsDomainError(failing, "run-timeout", "at most 4000 ms");
  assertEquals(pool.unreadiness(), null);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assertStringIncludes(pool.unreadiness()!, "its worker has run the model for");
  await refused;
  assertStringIncludes(pool.unreadiness()!, "are being replaced");
  assertEquals((await pool.detect(fruitImage())).detections[0]?.label, "orange");
  assertEquals(pool.unreadiness(), null);
  await pool.close();
});

/** Returns the number of processes that run a script. */
async function processesOf(script: URL): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line.includes(script.pathname)).length;
}

Deno.test("workerDetector() rejects with the error of a load in the worker", async () => {
  await assertRejectsDomainError(startDetector({ ...LOAD, model: "nope" }), "unknown-model");
});

Deno.test("workerDetector() kills a worker whose model takes too long to load", async () => {
  const starting = startDetector(LOAD, { loadMs: 1, decodeMs: Infinity, runMs: Infinity });
  const error = await assertRejectsDomainError(starting, "model-not-ready");
  assertEquals(
    error.message,
    "Cannot load the model as it must take at most 1 ms: it was stopped",
  );
});
