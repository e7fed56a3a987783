import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { DetectorPool } from "../../src/serving/detector_pool.ts";
import type { PoolOptions } from "../../src/serving/pool_options.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { Detector, DetectResult } from "../../src/ports/detector.ts";
import { smallManifest } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

const IMAGE = new Uint8Array(1);

/** Detector that the test controls step by step. */
class FakeDetector implements Detector {
  readonly model = modelInfo(smallManifest);
  readonly engine = { provider: "wasm", threads: 1, reason: "asked for" } as const;
  readonly calls: PromiseWithResolvers<DetectResult>[] = [];
  readonly #broken = Promise.withResolvers<Error>();
  readonly brokenDown = this.#broken.promise;
  closed = false;

  detect(): Promise<DetectResult> {
    const call = Promise.withResolvers<DetectResult>();
    this.calls.push(call);
    return call.promise;
  }

  /** Resolves the current call. */
  answer(): void {
    this.calls.at(-1)!.resolve({} as DetectResult);
  }

  /** Breaks down and rejects the current call, like a worker that missed a deadline. */
  breakDown(): void {
    this.#broken.resolve(new Error("stopped"));
    this.calls.at(-1)?.reject(new DomainError("decode-timeout", "Cannot decode"));
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** Opens a pool, and returns it with its detectors in the order of their start and the first one. */
async function poolOf(options: Partial<PoolOptions> = {}) {
  const detectors: FakeDetector[] = [];
  const start = () => {
    const detector = new FakeDetector();
    detectors.push(detector);
    return Promise.resolve(detector);
  };
  const pool = await DetectorPool.open({ size: 1, queue: 1, start, ...options });
  await nextTurn(); // the other detectors have started
  return { pool, detectors, detector: detectors[0]! };
}

Deno.test("DetectorPool runs one call per detector at a time, in the order of the calls", async () => {
  const { pool, detectors } = await poolOf({ size: 2, queue: 2 });
  const [a, b] = [detectors[0]!, detectors[1]!];
  const done: number[] = [];
  const calls = [1, 2, 3, 4].map((n) => pool.detect(IMAGE).then(() => done.push(n)));
  assertEquals([a.calls.length, b.calls.length], [1, 1]);
  for (const detector of [a, b, a, b]) {
    detector.answer();
    await nextTurn();
  }
  await Promise.all(calls);
  assertEquals([done.slice(0, 2).sort(), done.slice(2).sort()], [[1, 2], [3, 4]]);
  assertEquals([a.calls.length, b.calls.length], [2, 2]);
});

Deno.test("DetectorPool refuses a call immediately if the queue is full, and names the limit", async () => {
  const { pool, detector } = await poolOf({ queue: 1 });
  const first = pool.detect(IMAGE);
  const second = pool.detect(IMAGE);
  await assertRejectsDomainError(pool.detect(IMAGE), "busy", "at most 1 may wait");
  detector.answer();
  await first;
  const third = pool.detect(IMAGE);
  detector.answer();
  await second;
  await nextTurn();
  detector.answer();
  await third;
});

Deno.test("DetectorPool frees the place of a cancelled call in the queue", async () => {
  const { pool, detector } = await poolOf({ queue: 1 });
  const first = pool.detect(IMAGE);
  const controller = new AbortController();
  const second = pool.detect(IMAGE, {}, { signal: controller.signal });
  controller.abort();
  await assertRejectsDomainError(second, "client-gone");
  const third = pool.detect(IMAGE);
  detector.answer();
  await first;
  await nextTurn();
  detector.answer();
  await third;
  assertEquals(detector.calls.length, 2);
});

/** Signal that counts its listeners. */
class CountedSignal extends EventTarget {
  aborted = false;
  listeners = 0;

  override addEventListener(...listener: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...listener);
  }

  override removeEventListener(...listener: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...listener);
  }
}

Deno.test("DetectorPool removes its listener once a call runs, is rejected or is cancelled", async () => {
  const { pool, detector } = await poolOf({ queue: 5 });
  const counted = new CountedSignal();
  const call = { signal: counted as unknown as AbortSignal };
  const calls = [1, 2, 3].map(() => pool.detect(IMAGE, {}, call));
  assertEquals(counted.listeners, 2);
  for (const each of calls) {
    detector.answer();
    await each;
    await nextTurn();
  }
  assertEquals([detector.calls.length, counted.listeners], [3, 0]);
  const running = pool.detect(IMAGE);
  const cancelled = pool.detect(IMAGE, {}, call);
  counted.dispatchEvent(new Event("abort"));
  await assertRejectsDomainError(cancelled, "client-gone");
  const queued = pool.detect(IMAGE, {}, call);
  assertEquals(counted.listeners, 1);
  const closed = pool.close();
  await assertRejectsDomainError(queued, "model-not-ready");
  assertEquals(counted.listeners, 0);
  detector.answer();
  await Promise.all([running, closed]);
});

Deno.test("DetectorPool finishes a call that is cancelled while it runs", async () => {
  const { pool, detector } = await poolOf();
  const controller = new AbortController();
  const first = pool.detect(IMAGE, {}, { signal: controller.signal });
  controller.abort();
  detector.answer();
  await first;
  await assertRejectsDomainError(
    pool.detect(IMAGE, {}, { signal: controller.signal }),
    "client-gone",
  );
});

Deno.test("DetectorPool replaces a detector that broke down and gives it the queued calls", async () => {
  const { pool, detectors, detector } = await poolOf();
  const first = pool.detect(IMAGE);
  const second = pool.detect(IMAGE);
  detector.breakDown();
  await assertRejectsDomainError(first, "decode-timeout");
  await nextTurn();
  assertEquals([detectors.length, detector.calls.length], [2, 1]);
  detectors[1]!.answer();
  await second;
  assertEquals(pool.unreadiness(), null);
});

Deno.test("DetectorPool is not ready and refuses calls while no detector can be started", async () => {
  const detector = new FakeDetector();
  const starts = [
    () => Promise.resolve(detector),
    () => Promise.reject(new Error("no memory")),
    () => Promise.resolve(new FakeDetector()),
  ];
  const { pool } = await poolOf({ start: () => starts.shift()!(), retryMs: 20 });
  detector.breakDown();
  await nextTurn();
  assertStringIncludes(pool.unreadiness()!, "no memory");
  await assertRejectsDomainError(pool.detect(IMAGE), "worker-crashed", "no memory");
  while (pool.unreadiness() !== null) await nextTurn();
  void pool.detect(IMAGE);
});

Deno.test("DetectorPool.open() needs only its first detector, and starts the others until they start", async () => {
  const [first, second] = [new FakeDetector(), new FakeDetector()];
  const starts = [
    () => Promise.resolve(first),
    () => Promise.reject(new DomainError("engine-unavailable", "no engine")),
    () => Promise.resolve(second),
  ];
  const logged: string[] = [];
  const pool = await DetectorPool.open({
    size: 2,
    queue: 1,
    retryMs: 1,
    start: () => starts.shift()!(),
    log: (message) => logged.push(message),
  });
  assertEquals(pool.load().workers, 1);
  void pool.detect(IMAGE);
  assertEquals(first.calls.length, 1);
  while (pool.load().workers < 2) await nextTurn();
  assertEquals(logged, ['No new worker of model "small": no engine']);
  void pool.detect(IMAGE);
  assertEquals(second.calls.length, 1);
});

Deno.test("DetectorPool.open() fails if its first detector does not start", async () => {
  let started = 0;
  const start = () => {
    started++;
    return Promise.reject(new DomainError("engine-unavailable", "no engine"));
  };
  await assertRejectsDomainError(
    DetectorPool.open({ size: 2, queue: 1, start }),
    "engine-unavailable",
  );
  assertEquals(started, 1);
});

Deno.test("DetectorPool.close() closes a detector that starts later", async () => {
  const [first, second] = [new FakeDetector(), new FakeDetector()];
  const late = Promise.withResolvers<FakeDetector>();
  const starts = [Promise.resolve(first), late.promise];
  const pool = await DetectorPool.open({ size: 2, queue: 1, start: () => starts.shift()! });
  await pool.close();
  late.resolve(second);
  while (!second.closed) await nextTurn();
  assertEquals(pool.load().workers, 0);
});

Deno.test("DetectorPool.open() refuses a pool without detectors", async () => {
  await assertRejects(() => poolOf({ size: 0 }), RangeError, "size must be at least 1");
});

Deno.test("DetectorPool.close() rejects queued and later calls, and waits for running calls", async () => {
  const { pool, detectors: [first, second] } = await poolOf({ size: 2 });
  const running = [pool.detect(IMAGE), pool.detect(IMAGE)];
  const queued = pool.detect(IMAGE);
  const closed = pool.close();
  await assertRejectsDomainError(queued, "model-not-ready");
  await assertRejectsDomainError(pool.detect(IMAGE), "model-not-ready");
  first!.answer();
  await nextTurn();
  assertEquals([first!.closed, second!.closed], [false, false]);
  second!.answer();
  assertEquals(await Promise.all(running), [{}, {}]);
  await closed;
  assertEquals([first!.closed, second!.closed], [true, true]);
});

Deno.test("DetectorPool.close() ends when a hung worker is killed, and does not replace it", async () => {
  const { pool, detectors } = await poolOf();
  const running = pool.detect(IMAGE);
  const closed = pool.close();
  detectors[0]!.breakDown();
  await assertRejectsDomainError(running, "decode-timeout");
  await closed;
  await nextTurn();
  assertEquals(detectors.length, 1);
});

/** Lets a pool answer calls at a fake clock, each in `ms`, until none is left. */
async function answerAll(detector: FakeDetector, clock: { ms: number }, ms: number) {
  for (let answered = 0; answered < detector.calls.length; answered++) {
    clock.ms += ms;
    detector.calls[answered]!.resolve({} as DetectResult);
    await nextTurn();
  }
}

Deno.test("DetectorPool gives clients turns: a polite one waits for one call of a greedy one", async () => {
  const { pool, detector } = await poolOf({ queue: 100 });
  const done: string[] = [];
  const calls = [
    ...Array.from({ length: 32 }, () => "greedy"),
    "polite",
  ].map((client) => pool.detect(IMAGE, {}, { client }).then(() => done.push(client)));
  await answerAll(detector, { ms: 0 }, 0);
  await Promise.all(calls);
  assertEquals(done.indexOf("polite"), 2); // one call ran, one had its turn before
});

Deno.test("DetectorPool lets a new client wait for the running call only", async () => {
  const { pool, detector } = await poolOf({ queue: 100 });
  const done: string[] = [];
  const ask = (client: string) =>
    pool.detect(IMAGE, {}, { client }).then(() => void done.push(client));
  const greedy = Array.from({ length: 32 }, () => ask("greedy"));
  for (const i of [0, 1]) {
    detector.calls[i]!.resolve({} as DetectResult);
    await nextTurn();
  }
  const polite = ask("polite"); // the third call of "greedy" runs
  await answerAll(detector, { ms: 0 }, 2);
  await Promise.all([...greedy, polite]);
  assertEquals(done.indexOf("polite"), 3);
});

Deno.test("DetectorPool takes the newest call of a greedy client for another client", async () => {
  const { pool, detector } = await poolOf({ queue: 3 });
  const greedy = [0, 1, 2, 3].map(() => pool.detect(IMAGE, {}, { client: "greedy" }));
  assertEquals(pool.refusal("greedy")?.message.includes("at most 3 may wait"), true);
  assertEquals(pool.refusal("polite"), null);
  const polite = pool.detect(IMAGE, {}, { client: "polite" });
  await assertRejectsDomainError(greedy[3]!, "busy", "other clients have fewer");
  await assertRejectsDomainError(pool.detect(IMAGE, {}, { client: "greedy" }), "busy");
  await answerAll(detector, { ms: 0 }, 0);
  await Promise.all([...greedy.slice(0, 3), polite]);
  assertEquals(detector.calls.length, 4);
});

Deno.test("DetectorPool admits by the measured service time, and drops what waited too long", async () => {
  const clock = { ms: 0 };
  const { pool, detector } = await poolOf({ queue: 100, maxWaitMs: 2000, now: () => clock.ms });
  const warm = Array.from({ length: 10 }, () => pool.detect(IMAGE));
  await answerAll(detector, clock, 250);
  await Promise.all(warm);
  // One call runs and eight wait: (7 + ½) · 250 ms is within 2000 ms, (8 + ½) · 250 ms is not.
  const calls = Array.from({ length: 9 }, () => pool.detect(IMAGE));
  await assertRejectsDomainError(pool.detect(IMAGE), "busy", "wait for 2.1 s and may wait for 2.0");
  clock.ms += 3001;
  detector.answer();
  await calls[0];
  for (const late of calls.slice(1)) await assertRejectsDomainError(late, "busy", "has waited");
  assertEquals([detector.calls.length, pool.refusal("")], [11, null]);
});

/** Waits until all pending microtasks and timers of 0 ms have run. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
