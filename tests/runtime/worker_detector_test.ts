import { assert, assertEquals, assertRejects } from "@std/assert";
import { DomainError, type ErrorCode } from "../../src/core/domain_error.ts";
import { DetectorSlot } from "../../src/detect/detector_slot.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/detect/ingest.ts";
import { startDetector } from "../../src/entry/start_detector.ts";
import { workerDetector } from "../../src/runtime/worker_detector.ts";
import { fruitPicture } from "../pictures/fruit_picture.ts";

const LOAD = {
  model: "everyday8",
  folder: new URL("../../models/", import.meta.url).href,
  engine: "wasm",
  threads: 1,
  limits: DEFAULT_IMAGE_LIMITS,
} as const;

Deno.test("workerDetector() over a real worker", async (test) => {
  const detector = await startDetector(LOAD);

  await test.step("hands errors over with their codes, and works on", async () => {
    await failsWith(detector.detect(new Uint8Array([1, 2, 3])), "not-an-image");
    await failsWith(detector.detect(fruitPicture(), { classes: ["unicorn"] }), "unknown-class");
    assertEquals((await detector.detect(fruitPicture())).image, { width: 640, height: 480 });
  });

  await test.step("matches answers to callers that came at once", async () => {
    const asked = [1, 2, 3, 4].map((max) => detector.detect(fruitPicture(), { score: 0, max }));
    const counts = (await Promise.all(asked)).map(({ detections }) => detections.length);
    assertEquals(counts, [1, 2, 3, 4]);
  });

  await test.step("leaves the caller's bytes as they were", async () => {
    const bytes = fruitPicture();
    await detector.detect(bytes);
    assertEquals(bytes, fruitPicture());
  });

  await test.step("tells those who wait, and those who come later, that it was closed", async () => {
    const waiting = detector.detect(fruitPicture());
    await detector.close();
    await failsWith(waiting, "model-not-ready");
    await failsWith(detector.detect(fruitPicture()), "model-not-ready");
  });
});

Deno.test("workerDetector() tells everyone when its worker dies, and its slot is not ready", async () => {
  const script = new URL("./dying_worker.ts", import.meta.url);
  const loading = workerDetector(new Worker(script, { type: "module" }), LOAD);
  const slot = new DetectorSlot("dying", loading);
  const detector = await loading;
  await slot.settled;
  assertEquals(slot.state.status, "ready");
  await failsWith(detector.detect(fruitPicture()), "model-not-ready");
  await detector.brokenDown;
  const { state } = slot;
  assertEquals(state.status, "failed");
  const message = state.status === "failed" ? state.error.message : "";
  assertEquals(message, "Cannot detect as the engine's worker broke down");
});

Deno.test("workerDetector() fails as loading in the worker fails", async () => {
  await failsWith(startDetector({ ...LOAD, model: "nope" }), "unknown-model");
});

async function failsWith(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await assertRejects(() => promise, DomainError);
  assert(error instanceof DomainError && error.code === code, `${error}`);
}
