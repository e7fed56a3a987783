import { assertEquals, assertMatch } from "@std/assert";
import type { Deadlines } from "../../src/isolation/deadlines.ts";
import { RunWatch } from "../../src/isolation/run_watch.ts";

const DEADLINES: Deadlines = {
  decodeMs: Infinity,
  runMs: 60_000,
  usualRun: { factor: 5, minMs: 100 },
};

/** Returns a watch and a promise of the run that it reports as hung. */
function watched(deadlines: Deadlines) {
  const { promise, resolve } = Promise.withResolvers<readonly [id: number, limitMs: number]>();
  return { watch: new RunWatch(deadlines, (id, limitMs) => resolve([id, limitMs])), hung: promise };
}

function pause(ms: number): Promise<"quiet"> {
  return new Promise((resolve) => setTimeout(() => resolve("quiet"), ms));
}

Deno.test("RunWatch limits a run by the mean time of an element in earlier runs", async () => {
  const { watch, hung } = watched(DEADLINES);
  watch.learn({ elements: 100, ms: 10 });
  watch.begin(7, 300);
  assertEquals(await hung, [7, 150]);
});

Deno.test("RunWatch gives short runs the minimum", async () => {
  const { watch, hung } = watched(DEADLINES);
  watch.learn({ elements: 100, ms: 10 });
  watch.begin(7, 100);
  assertEquals(await hung, [7, 100]);
});

Deno.test("RunWatch never exceeds the limit of all runs", async () => {
  const { watch, hung } = watched({ ...DEADLINES, runMs: 50 });
  watch.learn({ elements: 100, ms: 10_000 });
  watch.begin(7, 100);
  assertEquals(await hung, [7, 50]);
});

Deno.test("RunWatch has only the limit of all runs before the first one, or without usualRun", async () => {
  const first = watched({ ...DEADLINES, runMs: 150 });
  first.watch.begin(1, 100);
  const { usualRun: _, ...plain } = DEADLINES;
  const without = watched({ ...plain, runMs: 150 });
  without.watch.learn({ elements: 100, ms: 1 });
  without.watch.begin(2, 100);
  assertEquals(await Promise.all([first.hung, without.hung]), [[1, 150], [2, 150]]);
});

Deno.test("RunWatch learns from runs that end", async () => {
  const { watch, hung } = watched({ ...DEADLINES, usualRun: { factor: 5, minMs: 1 } });
  watch.begin(1, 100);
  await pause(100);
  watch.end(1);
  watch.begin(2, 100);
  const [id, limitMs] = await hung;
  assertEquals([id, limitMs >= 450], [2, true]);
});

Deno.test("RunWatch starts the time of a run when the one before it ends", async () => {
  const { watch, hung } = watched({ ...DEADLINES, usualRun: { factor: 1, minMs: 1000 } });
  watch.learn({ elements: 1, ms: 1 });
  watch.begin(1, 1);
  watch.begin(2, 1);
  await pause(600);
  watch.end(1);
  assertEquals(await Promise.race([hung, pause(600)]), "quiet");
  assertEquals(await hung, [2, 1000]);
});

Deno.test("RunWatch is silent after the last run, and after stop()", async () => {
  const { watch, hung } = watched(DEADLINES);
  watch.learn({ elements: 1, ms: 1 });
  watch.begin(1, 1);
  watch.end(1);
  watch.begin(2, 1);
  watch.stop();
  assertEquals(await Promise.race([hung, pause(300)]), "quiet");
});

Deno.test("RunWatch.slowness tells of a run that takes half of its limit", async () => {
  const { watch } = watched({ ...DEADLINES, usualRun: { factor: 5, minMs: 2000 } });
  watch.learn({ elements: 100, ms: 100 });
  assertEquals(watch.slowness, null);
  watch.begin(1, 100);
  assertEquals(watch.slowness, null);
  await pause(1050);
  assertMatch(watch.slowness!, /^its worker has run the model for 1\.\d s, usual are 0\.1 s$/);
  watch.end(1);
  assertEquals(watch.slowness, null);
});

Deno.test("RunWatch gives a run its time again after this process was suspended", async () => {
  const { watch, hung } = watched(DEADLINES);
  watch.learn({ elements: 1, ms: 1 });
  watch.begin(1, 1);
  const resumeAt = performance.now() + 1300;
  while (performance.now() < resumeAt);
  const result = await Promise.race([hung, pause(1)]);
  assertEquals(result, "quiet");
  assertEquals(await hung, [1, 100]);
});
