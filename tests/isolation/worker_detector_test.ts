import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DomainError, type ErrorCode } from "../../src/core/domain_error.ts";
import { DetectorPool } from "../../src/serving/detector_pool.ts";
import { DetectorSlot } from "../../src/serving/detector_slot.ts";
import { startDetector } from "../../src/platforms/host/start_pool.ts";
import { WorkerProcess } from "../../src/platforms/host/process/worker_process.ts";
import { workerDetector } from "../../src/isolation/worker_detector.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";

const LOAD = {
  model: "everyday8",
  folder: new URL("../../models/", import.meta.url).href,
  engine: "wasm",
  threads: 1,
  limits: DEFAULT_IMAGE_LIMITS,
} as const;

Deno.test("workerDetector() over a real process", async (test) => {
  const detector = await startDetector(LOAD);

  await test.step("hands errors over with their codes, and works on", async () => {
    await failsWith(detector.detect(new Uint8Array([1, 2, 3])), "not-an-image");
    await failsWith(detector.detect(fruitImage(), { classes: ["unicorn"] }), "unknown-class");
    assertEquals((await detector.detect(fruitImage())).image, { width: 640, height: 480 });
  });

  await test.step("matches answers to callers that came at once", async () => {
    const asked = [1, 2, 3, 4].map((max) =>
      detector.detect(fruitImage(), { scoreThreshold: 0, max })
    );
    const counts = (await Promise.all(asked)).map(({ detections }) => detections.length);
    assertEquals(counts, [1, 2, 3, 4]);
  });

  await test.step("leaves the caller's bytes as they were", async () => {
    const bytes = fruitImage();
    await detector.detect(bytes);
    assertEquals(bytes, fruitImage());
  });

  await test.step("tells those who wait, and those who come later, that it was closed", async () => {
    const waiting = detector.detect(fruitImage());
    await detector.close();
    await failsWith(waiting, "model-not-ready");
    await failsWith(detector.detect(fruitImage()), "model-not-ready");
  });
});

Deno.test("workerDetector() tells everyone when its worker dies, and its slot is not ready", async () => {
  const script = new URL("./dying_worker.ts", import.meta.url);
  const loading = workerDetector(new Worker(script, { type: "module" }), LOAD);
  const slot = new DetectorSlot("dying", loading);
  const detector = await loading;
  await slot.settled;
  assertEquals(slot.state.status, "ready");
  await failsWith(detector.detect(fruitImage()), "worker-crashed");
  await detector.brokenDown;
  const { state } = slot;
  assertEquals(state.status, "failed");
  const message = state.status === "failed" ? state.error.message : "";
  assertEquals(message, "Cannot detect as the engine's worker broke down");
});

/** Bodies that make the worker fail, as hanging_process.ts reads them. */
const FAULTS: readonly (readonly [body: number, claim: string, code: ErrorCode | null])[] = [
  [0, "a decoder that hangs", "decode-timeout"],
  [1, "an engine that hangs", "run-timeout"],
  [2, "an error that nobody foresaw", null],
  [3, "a process that ends", "worker-crashed"],
];

Deno.test("DetectorPool over real processes", async (test) => {
  const deadlines = { decodeMs: 1500, runMs: 1500 };
  const script = new URL("./hanging_process.ts", import.meta.url);
  const replaced: string[] = [];
  const pool = await DetectorPool.open({
    size: 1,
    queue: 4,
    start: () => workerDetector(new WorkerProcess(script), LOAD, deadlines),
    log: (message) => replaced.push(message),
  });
  for (const [body, claim, code] of FAULTS) {
    await test.step(`survives ${claim}: that call fails, the next one works`, async () => {
      const failing = pool.detect(Uint8Array.of(body));
      const next = pool.detect(fruitImage());
      if (code === null) await assertRejects(() => failing, Error, "nobody foresaw");
      else await failsWith(failing, code);
      assertEquals((await next).detections[0].label, "orange");
      assertEquals(pool.unreadiness(), null);
    });
  }
  assertEquals(replaced.length, FAULTS.length);
  await pool.close();
  await test.step("leaves no process behind, not even one that hung", async () => {
    for (let tries = 0; tries < 100 && await processesOf(script) > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await processesOf(script), 0);
  });
});

/** How many processes run a script. */
async function processesOf(script: URL): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line.includes(script.pathname)).length;
}

Deno.test("workerDetector() fails as loading in the worker fails", async () => {
  await failsWith(startDetector({ ...LOAD, model: "nope" }), "unknown-model");
});

Deno.test("workerDetector() ends a worker whose model takes too long to load", async () => {
  const starting = startDetector(LOAD, { loadMs: 1, decodeMs: Infinity, runMs: Infinity });
  const error = await failsWith(starting, "model-not-ready");
  assertEquals(
    error.message,
    "Cannot load the model as it must take at most 1 ms: it was stopped",
  );
});

async function failsWith(promise: Promise<unknown>, code: ErrorCode): Promise<DomainError> {
  const error = await assertRejects(() => promise, DomainError);
  assert(error instanceof DomainError && error.code === code, `${error}`);
  return error;
}
