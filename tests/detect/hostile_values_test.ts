import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { TopK } from "../../src/core/top_k.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { createPlan } from "../../src/core/plan.ts";
import { bestOfLevel } from "../../src/detect/best_of_level.ts";
import { DetectorSlot } from "../../src/detect/detector_slot.ts";
import { postprocess } from "../../src/detect/detector.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { decodePicture, DEFAULT_IMAGE_LIMITS } from "../../src/detect/ingest.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import { fixedInput } from "../../src/detect/check_graph.ts";
import { parseManifest } from "../../models/manifest.ts";
import { toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { denoRuntime } from "../../src/runtime/deno_runtime.ts";
import { encodePng } from "../pictures/encode_png.ts";
import { assertDomainError } from "./assert_domain_error.ts";
import { makeOutputs } from "./make_outputs.ts";
import { layouts, smallManifest, varied } from "./small_manifest.ts";

Deno.test("TopK breaks ties between infinities by index too", () => {
  const top = new TopK(1);
  top.offer(Infinity, 5);
  top.offer(Infinity, 3);
  assertEquals(top.sorted(), [3]);
});
Deno.test("bestOfLevel() agrees over layouts where logits are infinite", () => {
  const input = { width: 32, height: 24 };
  const found = layouts.map((outputs) => {
    const m = varied({ outputs });
    return headsOf(m, makeOutputs(m, input, () => Infinity, () => 0), input)
      .map((h) => bestOfLevel(h, { logit: 0, count: 3, classIds: null }));
  });
  assertEquals(found[0], found[1]);
});
Deno.test("parseManifest() refuses unknown keys of pad", () => {
  assertDomainError(
    () => parseManifest({ ...smallManifest, pad: { kind: "none", of: 32, value: 0 } }),
    "manifest-invalid",
    `"of"`,
  );
});
const INPUT = { width: 32, height: 24 };
Deno.test("headsOf() refuses an empty grid as graph-mismatch", () => {
  const t = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  t.scores_8 = { data: new Float32Array(0), shape: [1, 6, 0, 0] };
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch");
});
Deno.test("headsOf() refuses a grid that does not follow from the stride", () => {
  const t = makeOutputs(smallManifest, { width: 64, height: 48 }, () => 0, () => 0);
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch");
});
Deno.test("headsOf() tells the shape that scores of a wrong rank should have", () => {
  const t = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  t.scores_8 = { ...t.scores_8, shape: [1, 72] };
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch", "[1, 6, 3, 4]");
});
Deno.test("headsOf() refuses a missing output as graph-mismatch", () => {
  const { deltas_8: _, ...t } = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch", "deltas_8");
});
const { codec } = await denoRuntime({ threads: 1 });
Deno.test("decodePicture() keeps the pad colour within 0 to 255", () => {
  const data = Uint8Array.of(9, 9, 9, 0);
  const bytes = encodePng({ data, width: 1, height: 1, channels: 4, reduction: 1 });
  const manifest = varied({ pad: { kind: "none", value: -2 } });
  const { view } = decodePicture(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS);
  assertEquals([...view.data.subarray(0, 3)], [0, 0, 0]);
});
Deno.test("toTensor() finds a mirrored picture where it was, reduced to part of a block", () => {
  const size = { width: 9, height: 1 };
  const plan = createPlan(size, { kind: "stretch", width: 3, height: 1 }, { kind: "none" });
  // Upright pixel x holds 10 x; stored from right to left, in blocks of 2 but for the last.
  const blocks = [75, 55, 35, 15, 0];
  const data = Uint8Array.from(blocks.flatMap((v) => [v, 0, 0]));
  const view = uprightView({ data, width: 5, height: 1, channels: 3, reduction: 2 }, 2);
  const rule = {
    colour: "rgb",
    divisor: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    antialias: false,
    padValue: 0,
  } as const;
  const t = toTensor(view, plan, rule);
  // Centres at upright pixels 1, 4 and 7.
  [10, 40, 70].forEach((v, i) => assertAlmostEquals(t[i], v, 2.5, `${t.subarray(0, 3)}`));
});
Deno.test("postprocess() gives no box with NaN", () => {
  const plan = createPlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  const t = makeOutputs(smallManifest, plan.input, () => 1, () => NaN);
  const found = postprocess(smallManifest, t, plan, resolveOptions(smallManifest, {}));
  assertEquals(found.filter(({ box }) => Object.values(box).some(Number.isNaN)), []);
});
Deno.test("DetectorSlot settles whatever is thrown", async () => {
  const slot = new DetectorSlot("small", Promise.reject("words"));
  await slot.settled;
  assertEquals(slot.state, { status: "failed", reason: "words" });
});
Deno.test("postprocess() works with any candidatesPerLevel that a manifest may have", () => {
  const plan = createPlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  const rule = { ...smallManifest.postprocess, candidatesPerLevel: 1e12 };
  const m = parseManifest(varied({ postprocess: rule }));
  const t = makeOutputs(m, plan.input, () => -1, () => 0);
  assertEquals(postprocess(m, t, plan, resolveOptions(m, {})), []);
});
Deno.test("createPlan() refuses an endless source", () => {
  const fit = { kind: "fit", width: 320, height: 320 } as const;
  assertThrows(
    () => createPlan({ width: Infinity, height: 5 }, fit, { kind: "none" }),
    RangeError,
  );
});
Deno.test("fixedInput() knows a stretched picture that is padded to a multiple", () => {
  const f = fixedInput(varied({
    resize: { kind: "stretch", width: 30, height: 20 },
    pad: { kind: "multiple", of: 32, value: 0 },
  }));
  assertEquals(f && { width: f.width, height: f.height }, { width: 32, height: 32 });
});
Deno.test("parseManifest() refuses a fixed input smaller than the resized picture", () => {
  const pad = { kind: "fixed", width: 16, height: 16, value: 0 } as const;
  assertThrows(() => parseManifest(varied({ pad })), DomainError);
});
