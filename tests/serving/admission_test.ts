import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Admission } from "../../src/serving/admission.ts";

const OPTIONS = { workers: 1, queue: 100, maxWaitMs: 1000, random: () => 0.5 };

for (
  const [workers, ms, most] of [
    [1, 100, 9], // (9 + ½) · 100 = 950, (10 + ½) · 100 = 1050
    [2, 100, 19], // (19 + ½) · 100 ÷ 2 = 975
    [1, 1000, 6], // seven service times: (6 + ½) · 1000 = 6500
    [1, 60_000, 6], // a slow model has a queue, too
    [1, 1, 99], // the hard cap
  ] as const
) {
  Deno.test(`Admission lets ${most + 1} images wait for ${workers} workers at ${ms} ms each`, () => {
    const admission = new Admission({ ...OPTIONS, workers });
    admission.learn(ms, true);
    assert(admission.admits(most));
    assert(!admission.admits(most + 1));
  });
}

Deno.test("Admission limits only the number of images before it has a service time", () => {
  const admission = new Admission(OPTIONS);
  assertEquals([99, 100].map((waiting) => admission.admits(waiting)), [true, false]);
});

Deno.test("Admission ignores failures that are faster than the mean, and counts slow ones", () => {
  const admission = new Admission(OPTIONS);
  admission.learn(100, true);
  for (let i = 0; i < 1000; i++) admission.learn(0, false);
  assert(!admission.admits(10));
  admission.learn(300, false); // mean of two: 200
  assert(!admission.admits(7)); // 7.5 · 200 = 1500, seven service times are 1400
  assert(admission.admits(6));
});

Deno.test("Admission follows a service time that changes", () => {
  const admission = new Admission(OPTIONS);
  admission.learn(5000, true);
  for (let i = 0; i < 200; i++) admission.learn(10, true);
  assert(admission.admits(90));
});

Deno.test("Admission drops what has waited for one and a half times the limit", () => {
  const admission = new Admission(OPTIONS);
  assertEquals([1500, 1501].map((ms) => admission.isTooLate(ms)), [false, true]);
});

Deno.test("Admission keeps the patience of waiting clients when a slow image raises the mean", () => {
  const admission = new Admission(OPTIONS);
  assertEquals(admission.patienceMs, undefined);
  admission.learn(100, true);
  const { patienceMs } = admission;
  assertEquals(patienceMs, 1500); // one and a half times 1000 ms
  for (let i = 0; i < 9; i++) admission.learn(100, true);
  admission.learn(10_000, true); // mean 1090: seven service times are 7630 ms
  assertEquals([admission.isTooLate(2000), admission.isTooLate(2000, patienceMs)], [false, true]);
});

Deno.test("Admission tells from the predicted drain when to try again, with jitter", () => {
  for (const [random, ms] of [[0, 10_500], [0.5, 15_750], [1, 21_000]] as const) {
    const admission = new Admission({ ...OPTIONS, random: () => random });
    admission.learn(1000, true);
    const refusal = admission.refusal(10);
    assertEquals(refusal.retryAfterMs, ms); // 10.5 s · (1 + random)
    assertStringIncludes(refusal.message, "it would wait for 10.5 s and may wait for 7.0 s");
    assertEquals(refusal.code, "busy");
  }
});
