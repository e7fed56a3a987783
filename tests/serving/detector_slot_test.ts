import { assertEquals, assertStrictEquals } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { DetectorSlot } from "../../src/serving/detector_slot.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { smallManifest } from "../manifest/small_manifest.ts";

const DETECTOR: Detector = {
  model: modelInfo(smallManifest),
  engine: { provider: "wasm", threads: 1, reason: "asked for" },
  detect: () => Promise.reject(new Error("must not detect")),
  close: () => Promise.resolve(),
};

Deno.test("DetectorSlot is loading until its detector has loaded, then ready", async () => {
  const loading = Promise.withResolvers<Detector>();
  const slot = new DetectorSlot("small", loading.promise);
  assertEquals([slot.id, slot.state], ["small", { status: "loading" }]);
  loading.resolve(DETECTOR);
  assertEquals(await slot.settled, undefined);
  assertEquals(slot.state.status, "ready");
  if (slot.state.status === "ready") assertStrictEquals(slot.state.detector, DETECTOR);
});

Deno.test("DetectorSlot is loading at first even if its promise is resolved", async () => {
  const slot = new DetectorSlot("small", Promise.resolve(DETECTOR));
  assertEquals(slot.state.status, "loading");
  await slot.settled;
  assertEquals(slot.state.status, "ready");
});

const FAILURES: readonly Error[] = [
  new DomainError("engine-unavailable", "Cannot open an engine"),
  new TypeError("not a model"),
  new Error(""),
];

for (const error of FAILURES) {
  Deno.test(`DetectorSlot settles as failed with the error "${error.message}"`, async () => {
    const slot = new DetectorSlot("small", Promise.reject(error));
    assertEquals(slot.state.status, "loading");
    await slot.settled;
    assertEquals(slot.state, { status: "failed", error });
  });
}
