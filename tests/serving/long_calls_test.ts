import { assert, assertEquals, assertLess } from "@std/assert";
import { runCounter } from "../../src/detect/count_runs.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { DetectorPool } from "../../src/serving/detector_pool.ts";
import type { PoolOptions } from "../../src/serving/pool_options.ts";
import { assertRejectsDomainError } from "../testing.ts";
import { rectangles, WHITE_BOXES, whiteBoxDetector } from "../detect/white_box_detector.ts";

const IMAGE = rectangles(640, 640, [[100, 100, 200, 200]]);
const TILED = { tiles: "4x4" };

/** Opens a pool of one detector of white rectangles, which counts the runs of a call. */
async function poolOf(options: Partial<PoolOptions> = {}) {
  const { detector, session } = whiteBoxDetector();
  const pool = await DetectorPool.open({
    size: 1,
    queue: 10,
    countRuns: runCounter(WHITE_BOXES, DEFAULT_IMAGE_LIMITS),
    start: () => Promise.resolve(detector),
    ...options,
  });
  return { pool, session };
}

Deno.test("DetectorPool runs an image without tiles between the tiles of another", async () => {
  const { pool, session } = await poolOf();
  const order: string[] = [];
  const tiled = pool.detect(IMAGE, TILED).then(() => order.push("tiled"));
  for (let i = 0; i < 3; i++) {
    const before = session.runs;
    await pool.detect(IMAGE);
    // The image waits for the tile that runs, and for no other.
    assertLess(session.runs - before, 4);
    order.push("plain");
  }
  await tiled;
  assertEquals(order, ["plain", "plain", "plain", "tiled"]);
  assertEquals(session.runs, 17 + 3);
  await pool.close();
});

Deno.test("DetectorPool runs one image in tiles at a time, and no third image beside it", async () => {
  const { pool } = await poolOf();
  const first = pool.detect(IMAGE, TILED);
  const second = pool.detect(IMAGE, TILED);
  const beside = pool.detect(IMAGE);
  const third = pool.detect(IMAGE);
  assertEquals(pool.load().waiting, 2);
  await Promise.all([first, second, beside, third]);
  assertEquals(pool.load().waiting, 0);
  await pool.close();
});

Deno.test("DetectorPool pauses between no tiles if a detector has memory for only one image", async () => {
  const { pool } = await poolOf({ hasRoomBeside: false });
  const order: string[] = [];
  await pool.detect(IMAGE, TILED); // imports what later calls need
  const timer = new Promise((resolve) => setTimeout(resolve)).then(() => order.push("timer"));
  const calls = [TILED, {}, TILED].map((options, i) =>
    pool.detect(IMAGE, options).then(() => order.push(`call ${i}`))
  );
  await Promise.all([timer, ...calls]);
  assertEquals(order.at(-1), "timer");
  assertEquals(order.length, 4);
  await pool.close();
});

Deno.test("DetectorPool serves clients without tiles beside a client with many tiles", async () => {
  const { pool, session } = await poolOf();
  const many = Array.from(
    { length: 5 },
    () => pool.detect(IMAGE, TILED, { client: "many" }),
  );
  for (let i = 0; i < 5; i++) await pool.detect(IMAGE, {}, { client: "one" });
  assertLess(session.runs, 17 + 5, "the second image in tiles has not ended");
  await Promise.all(many);
  await pool.close();
});

Deno.test("DetectorPool refuses too many tiles at once, even if all detectors are busy", async () => {
  const { pool, session } = await poolOf({ queue: 0 });
  const running = pool.detect(IMAGE, TILED);
  await assertRejectsDomainError(pool.detect(IMAGE, { tiles: "9x9" }), "too-many-tiles");
  await assertRejectsDomainError(pool.detect(IMAGE, TILED), "busy");
  await running;
  assertEquals(session.runs, 17);
  await pool.close();
});

Deno.test("DetectorPool.close() lets an image in tiles end before it releases the session", async () => {
  const { pool, session } = await poolOf();
  let runsAtClose = 0;
  session.close = () => Promise.resolve(void (runsAtClose = session.runs));
  const tiled = pool.detect(IMAGE, TILED);
  await pool.close();
  assertEquals(runsAtClose, 17);
  assert((await tiled).detections.length > 0);
});

Deno.test("DetectorPool predicts the wait of an image from the runs before it", async () => {
  let now = 0;
  const { pool, session } = await poolOf({ now: () => now, maxWaitMs: 1000 });
  const run = session.run.bind(session);
  session.run = (feeds) => (now += 100, run(feeds));
  await pool.detect(IMAGE); // 100 ms for a run
  const tiled = [1, 2].map(() => pool.detect(IMAGE, TILED));
  const plain = [1, 2, 3].map(() => pool.detect(IMAGE));
  // Two images without tiles and one with tiles wait. Only the first two are before another one.
  assertEquals(pool.load(), { waiting: 3, predictedWaitMs: 250, workers: 1 });
  await Promise.all([...tiled, ...plain]);
  await pool.close();
});

Deno.test("DetectorPool lets a cancelled image in tiles end before its next tile", async () => {
  const { pool, session } = await poolOf();
  const controller = new AbortController();
  const gone = assertRejectsDomainError(
    pool.detect(IMAGE, TILED, { signal: controller.signal }),
    "client-gone",
  );
  setTimeout(() => controller.abort());
  await gone;
  assertLess(session.runs, 17);
  assert((await pool.detect(IMAGE)).detections.length > 0);
  await pool.close();
});
