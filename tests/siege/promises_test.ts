import { assertEquals } from "@std/assert";
import { brokenPromises, BUSY_FACTOR, MAX_BYTES, MAX_HEALTH_MS } from "./promises.ts";

const HELD = {
  name: "an attack",
  peakBytes: MAX_BYTES,
  recoveryMs: 5000,
  healthMs: BUSY_FACTOR * MAX_HEALTH_MS,
  healthFailures: 0,
  asked: 6,
  answered: 3,
};

Deno.test("brokenPromises() names each promise that an attack has broken", () => {
  assertEquals(brokenPromises(HELD), []);
  for (
    const change of [
      { peakBytes: MAX_BYTES + 1 },
      { recoveryMs: NaN },
      { healthMs: BUSY_FACTOR * MAX_HEALTH_MS + 1 },
      { healthFailures: 1 },
      { answered: 2 },
      { name: "32 connections of one greedy client", answered: 0 },
    ]
  ) {
    assertEquals(brokenPromises({ ...HELD, ...change }).length, 1, JSON.stringify(change));
  }
});
