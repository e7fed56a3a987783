import { assert, assertEquals } from "@std/assert";
import { DetectorSlots } from "../../src/serving/detector_slots.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { smallManifest } from "../manifest/small_manifest.ts";

function detector(): Detector {
  return {
    model: modelInfo(smallManifest),
    engine: { provider: "wasm", threads: 1, reason: "it is a test" },
    detect: () => Promise.reject(new Error("nothing runs here")),
    close: () => Promise.resolve(),
  };
}

const [LONG, SHORT] = [true, false];

function slotsOf(...detectors: readonly Detector[]): DetectorSlots {
  const slots = new DetectorSlots();
  for (const each of detectors) slots.add(each);
  return slots;
}

Deno.test("DetectorSlots gives a detector one short call at a time", () => {
  const only = detector();
  const slots = slotsOf(only);
  assert(slots.take(SHORT) === only);
  assertEquals([slots.hasRoom(SHORT), slots.hasRoom(LONG)], [false, false]);
  assertEquals(slots.take(SHORT), undefined);
  assertEquals(slots.release(only, SHORT), false);
  assert(slots.take(LONG) === only);
});

Deno.test("DetectorSlots lets one short call at a time run beside a long call", () => {
  const only = detector();
  const slots = slotsOf(only);
  slots.take(LONG);
  assertEquals([slots.hasRoom(SHORT), slots.hasRoom(LONG)], [true, false]);
  assert(slots.take(SHORT) === only);
  assertEquals([slots.hasRoom(SHORT), slots.hasRoom(LONG)], [false, false]);
  slots.release(only, SHORT);
  assertEquals([slots.hasRoom(SHORT), slots.hasRoom(LONG)], [true, false]);
});

Deno.test("DetectorSlots starts no long call beside a short one", () => {
  const only = detector();
  const slots = slotsOf(only);
  slots.take(LONG);
  slots.take(SHORT);
  // The long call ends first.
  assertEquals(slots.release(only, LONG), true);
  assertEquals([slots.hasRoom(SHORT), slots.hasRoom(LONG)], [false, false]);
  slots.release(only, SHORT);
  assertEquals(slots.hasRoom(LONG), true);
});

Deno.test("DetectorSlots prefers a free detector to one with a long call", () => {
  const [a, b] = [detector(), detector()];
  const slots = slotsOf(a, b);
  const long = slots.take(LONG);
  assert(slots.take(SHORT) === (long === a ? b : a));
  assert(slots.take(SHORT) === long);
  assertEquals(slots.take(SHORT), undefined);
});

Deno.test("DetectorSlots tells if other calls have run beside a long call", () => {
  const only = detector();
  const slots = slotsOf(only);
  slots.take(LONG);
  assertEquals(slots.release(only, LONG), false);
  slots.take(LONG);
  slots.take(SHORT);
  slots.release(only, SHORT);
  assertEquals(slots.release(only, LONG), true);
});

Deno.test("DetectorSlots gives no call to a removed detector", () => {
  const [a, b] = [detector(), detector()];
  const slots = slotsOf(a, b);
  const first = slots.take(SHORT)!;
  slots.remove(first);
  assertEquals(slots.release(first, SHORT), false);
  assertEquals(slots.detectors, [first === a ? b : a]);
  assert(slots.take(SHORT) !== first);
  assertEquals(slots.take(SHORT), undefined);
});

Deno.test("DetectorSlots without room for two images gives one call at a time", () => {
  const only = detector();
  const slots = new DetectorSlots(false);
  slots.add(only);
  slots.take(LONG);
  assertEquals([slots.hasRoom(SHORT), slots.take(SHORT)], [false, undefined]);
  slots.release(only, LONG);
  assert(slots.take(SHORT) === only);
});
