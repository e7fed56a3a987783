import { assertEquals } from "@std/assert";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { Detector, DetectResult } from "../../src/ports/detector.ts";
import { DetectorPool } from "../../src/serving/detector_pool.ts";
import { smallManifest } from "../manifest/small_manifest.ts";

const IMAGE = new Uint8Array(1);
const { id } = smallManifest;

/** Opens a pool of one detector, with a clock and the events that its observer receives. */
async function observedPool() {
  const events: unknown[] = [];
  const calls: PromiseWithResolvers<DetectResult>[] = [];
  const broken: PromiseWithResolvers<Error>[] = [];
  const clock = { now: 0 };
  const pool = await DetectorPool.open({
    size: 1,
    queue: 10,
    now: () => clock.now,
    observer: {
      waited: (model, ms) => events.push(["waited", model, ms]),
      detected: (result) => events.push(["detected", result.model]),
      replaced: (model) => events.push(["replaced", model]),
    },
    start: () => {
      const end = Promise.withResolvers<Error>();
      broken.push(end);
      const detector: Detector = {
        model: modelInfo(smallManifest),
        engine: { provider: "wasm", threads: 1, reason: "asked for" },
        brokenDown: end.promise,
        detect: () => {
          const call = Promise.withResolvers<DetectResult>();
          calls.push(call);
          return call.promise;
        },
        close: () => Promise.resolve(),
      };
      return Promise.resolve(detector);
    },
  });
  const answer = () => calls.at(-1)!.resolve({ model: id } as DetectResult);
  return { pool, events, clock, answer, calls, broken };
}

Deno.test("DetectorPool reports the wait of each call and each result to its observer", async () => {
  const { pool, events, clock, answer } = await observedPool();
  const first = pool.detect(IMAGE);
  clock.now = 30;
  const second = pool.detect(IMAGE);
  clock.now = 100;
  answer();
  await first;
  await Promise.resolve();
  answer();
  await second;
  assertEquals(events, [
    ["waited", id, 0],
    ["detected", id],
    ["waited", id, 70], // 100 - 30
    ["detected", id],
  ]);
});

Deno.test("DetectorPool reports no result of a call that failed", async () => {
  const { pool, events, calls } = await observedPool();
  const call = pool.detect(IMAGE);
  calls[0]!.reject(new Error("corrupt"));
  await call.catch(() => {});
  assertEquals(events, [["waited", id, 0]]);
});

Deno.test("DetectorPool reports a detector that is replaced to its observer", async () => {
  const { pool, events, broken } = await observedPool();
  broken[0]!.resolve(new Error("stopped"));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(events, [["replaced", id]]);
  assertEquals(pool.load().workers, 1);
});

Deno.test("DetectorPool.load() counts the queue and predicts the wait behind it", async () => {
  const { pool, clock, answer } = await observedPool();
  assertEquals(pool.load(), { waiting: 0, predictedWaitMs: 0, workers: 1 });
  const first = pool.detect(IMAGE);
  clock.now = 100;
  answer();
  await first;
  // The mean service time is 100 ms now. An idle detector means no wait.
  assertEquals(pool.load(), { waiting: 0, predictedWaitMs: 0, workers: 1 });
  const calls = [1, 2, 3].map(() => pool.detect(IMAGE).catch(() => {}));
  // (2 waiting + ½ in work) × 100 ms ÷ 1 worker
  assertEquals(pool.load(), { waiting: 2, predictedWaitMs: 250, workers: 1 });
  const closed = pool.close();
  answer();
  await Promise.all([...calls, closed]);
});
