import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DomainError, type ErrorCode } from "../../src/core/domain_error.ts";
import { DetectorPool, type PoolOptions } from "../../src/serving/detector_pool.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { Detector, DetectResult } from "../../src/ports/detector.ts";
import { smallManifest } from "../manifest/small_manifest.ts";

const IMAGE = new Uint8Array(1);

/** A detector whose every step the test decides on. */
class Puppet implements Detector {
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

  /** Ends the current call well. */
  answer(): void {
    this.calls.at(-1)!.resolve({} as DetectResult);
  }

  /** Dies with its current call, as a worker does whose deadline has passed. */
  die(): void {
    this.#broken.resolve(new Error("stopped"));
    this.calls.at(-1)?.reject(new DomainError("decode-timeout", "Cannot decode"));
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** A pool of puppets, in the order of their start. */
async function poolOf(options: Partial<PoolOptions> = {}) {
  const puppets: Puppet[] = [];
  const start = () => {
    const puppet = new Puppet();
    puppets.push(puppet);
    return Promise.resolve(puppet);
  };
  const pool = await DetectorPool.open({ size: 1, queue: 1, start, ...options });
  return { pool, puppets };
}

async function failsWith(task: Promise<unknown>, code: ErrorCode, ...words: string[]) {
  const error = await assertRejects(() => task, DomainError);
  assertEquals(error.code, code, error.message);
  for (const word of words) assertStringIncludes(error.message, word);
}

Deno.test("DetectorPool gives each detector one image at a time, first come first served", async () => {
  const { pool, puppets: [a, b] } = await poolOf({ size: 2, queue: 2 });
  const done: number[] = [];
  const calls = [1, 2, 3, 4].map((n) => pool.detect(IMAGE).then(() => done.push(n)));
  assertEquals([a.calls.length, b.calls.length], [1, 1]);
  for (const puppet of [a, b, a, b]) {
    puppet.answer();
    await nextTurn();
  }
  await Promise.all(calls);
  assertEquals([done.slice(0, 2).sort(), done.slice(2).sort()], [[1, 2], [3, 4]]);
  assertEquals([a.calls.length, b.calls.length], [2, 2]);
});

Deno.test("DetectorPool refuses at once what finds no place in the queue, naming the limit", async () => {
  const { pool, puppets: [puppet] } = await poolOf({ queue: 1 });
  const first = pool.detect(IMAGE);
  const second = pool.detect(IMAGE);
  await failsWith(pool.detect(IMAGE), "busy", "at most 1 may wait");
  puppet.answer();
  await first;
  const third = pool.detect(IMAGE);
  puppet.answer();
  await second;
  await nextTurn();
  puppet.answer();
  await third;
});

Deno.test("DetectorPool gives the place of a client that left to the next one", async () => {
  const { pool, puppets: [puppet] } = await poolOf({ queue: 1 });
  const first = pool.detect(IMAGE);
  const leaving = new AbortController();
  const second = pool.detect(IMAGE, {}, { signal: leaving.signal });
  leaving.abort();
  await failsWith(second, "client-gone");
  const third = pool.detect(IMAGE);
  puppet.answer();
  await first;
  await nextTurn();
  puppet.answer();
  await third;
  assertEquals(puppet.calls.length, 2);
});

/** A signal that knows how many listen to it. */
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

Deno.test("DetectorPool leaves no listener on a signal once a call runs, is refused or leaves", async () => {
  const { pool, puppets: [puppet] } = await poolOf({ queue: 5 });
  const counted = new CountedSignal();
  const call = { signal: counted as unknown as AbortSignal };
  const calls = [1, 2, 3].map(() => pool.detect(IMAGE, {}, call));
  assertEquals(counted.listeners, 2);
  for (const each of calls) {
    puppet.answer();
    await each;
    await nextTurn();
  }
  assertEquals([puppet.calls.length, counted.listeners], [3, 0]);
  const running = pool.detect(IMAGE);
  const left = pool.detect(IMAGE, {}, call);
  counted.dispatchEvent(new Event("abort"));
  await failsWith(left, "client-gone");
  const refused = pool.detect(IMAGE, {}, call);
  assertEquals(counted.listeners, 1);
  await pool.close();
  await failsWith(refused, "model-not-ready");
  assertEquals(counted.listeners, 0);
  puppet.answer();
  await running;
});

Deno.test("DetectorPool lets an image finish whose client left while it ran", async () => {
  const { pool, puppets: [puppet] } = await poolOf();
  const leaving = new AbortController();
  const first = pool.detect(IMAGE, {}, { signal: leaving.signal });
  leaving.abort();
  puppet.answer();
  await first;
  await failsWith(pool.detect(IMAGE, {}, { signal: leaving.signal }), "client-gone");
});

Deno.test("DetectorPool replaces a detector that broke down; what waited goes to the new one", async () => {
  const { pool, puppets } = await poolOf();
  const first = pool.detect(IMAGE);
  const second = pool.detect(IMAGE);
  puppets[0].die();
  await failsWith(first, "decode-timeout");
  await nextTurn();
  assertEquals([puppets.length, puppets[0].calls.length], [2, 1]);
  puppets[1].answer();
  await second;
  assertEquals(pool.unreadiness(), null);
});

Deno.test("DetectorPool is not ready, and refuses at once, while no detector can be started", async () => {
  const puppet = new Puppet();
  const starts = [
    () => Promise.resolve(puppet),
    () => Promise.reject(new Error("no memory")),
    () => Promise.resolve(new Puppet()),
  ];
  const { pool } = await poolOf({ start: () => starts.shift()!(), retryMs: 20 });
  puppet.die();
  await nextTurn();
  assertStringIncludes(pool.unreadiness()!, "no memory");
  await failsWith(pool.detect(IMAGE), "worker-crashed", "no memory");
  while (pool.unreadiness() !== null) await nextTurn();
  void pool.detect(IMAGE);
});

Deno.test("DetectorPool.open() closes what has started where one cannot", async () => {
  const puppet = new Puppet();
  const starts = [
    () => Promise.resolve(puppet),
    () => Promise.reject(new DomainError("engine-unavailable", "no engine")),
  ];
  await failsWith(
    DetectorPool.open({ size: 2, queue: 1, start: () => starts.shift()!() }),
    "engine-unavailable",
  );
  await nextTurn();
  assertEquals(puppet.closed, true);
});

Deno.test("DetectorPool.close() refuses what waits and what comes, and frees its detectors", async () => {
  const { pool, puppets: [puppet] } = await poolOf();
  void pool.detect(IMAGE);
  const waiting = pool.detect(IMAGE);
  await pool.close();
  await failsWith(waiting, "model-not-ready");
  await failsWith(pool.detect(IMAGE), "model-not-ready");
  assertEquals(puppet.closed, true);
});

/** Lets everything happen that waits for nothing but its turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
