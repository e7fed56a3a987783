import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { TopK } from "../../src/core/top_k.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { bestOfLevel } from "../../src/detect/best_of_level.ts";
import { DetectorSlot } from "../../src/serving/detector_slot.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { headsOf } from "../../src/detect/heads.ts";
import { decodeImage } from "../../src/detect/preprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import { fixedInput } from "../../src/detect/expected_tensors.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { RAW } from "../image/tensor_cases.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { assertDomainError } from "../testing.ts";
import { type Fill, makeOutputs } from "./make_outputs.ts";
import {
  layouts,
  listed,
  postprocessed,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";

Deno.test("TopK breaks ties between infinities by index", () => {
  const top = new TopK(1);
  top.offer(Infinity, 5);
  top.offer(Infinity, 3);
  assertEquals(top.sorted(), [3]);
});

Deno.test("bestOfLevel() returns the same pairs in every layout if logits are infinite", () => {
  const input = { width: 32, height: 24 };
  const found = layouts.map((outputs) => {
    const m = varied({ outputs });
    return headsOf(m, makeOutputs(m, input, () => Infinity, () => 0), input)
      .map((h) => bestOfLevel(h, { cut: 0, count: 3, classIds: null }));
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

Deno.test("headsOf() refuses an output with an empty grid", () => {
  const t = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  t.scores_8 = { data: new Float32Array(0), shape: [1, 6, 0, 0] };
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch");
});

Deno.test("headsOf() refuses outputs with the grids of a larger input", () => {
  const t = makeOutputs(smallManifest, { width: 64, height: 48 }, () => 0, () => 0);
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch");
});

Deno.test("headsOf() shows the shape that it expects instead of a wrong rank", () => {
  const t = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  t.scores_8 = { ...t.scores_8!, shape: [1, 72] };
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch", "[1, 6, 3, 4]");
});

Deno.test("headsOf() refuses a missing output", () => {
  const { deltas_8: _, ...t } = makeOutputs(smallManifest, INPUT, () => 0, () => 0);
  assertDomainError(() => headsOf(smallManifest, t, INPUT), "graph-mismatch", "deltas_8");
});

const { codec } = await hostRuntime({ threads: 1 });

Deno.test("decodeImage() keeps the pad colour within 0 to 255", () => {
  const data = Uint8Array.of(9, 9, 9, 0);
  const bytes = encodePng({ data, width: 1, height: 1, channels: 4, reduction: 1 });
  const manifest = varied({ pad: { kind: "none", value: -2 } });
  const { view } = decodeImage(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS);
  assertEquals([...view.data.subarray(0, 3)], [0, 0, 0]);
});

Deno.test("toTensor() samples a mirrored image at the same places if its last block is cut off", () => {
  const size = { width: 9, height: 1 };
  const plan = createResizePlan(size, { kind: "stretch", width: 3, height: 1 }, { kind: "none" });
  // Upright pixel x is 10 · x. Stored from right to left as means of 2 pixels, the last alone.
  const blocks = [75, 55, 35, 15, 0];
  const data = Uint8Array.from(blocks.flatMap((v) => [v, 0, 0]));
  const view = uprightView({ data, width: 5, height: 1, channels: 3, reduction: 2 }, 2);
  const t = toTensor(view, plan, { ...RAW, antialias: false });
  // Centres of the outputs are upright pixels 1, 4 and 7.
  [10, 40, 70].forEach((v, i) => assertAlmostEquals(t[i]!, v, 2.5, `${t.subarray(0, 3)}`));
});

Deno.test("postprocess() returns no box with NaN if deltas are NaN", () => {
  const plan = createResizePlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  const t = makeOutputs(smallManifest, plan.input, () => 1, () => NaN);
  const found = postprocess(smallManifest, t, plan, resolveOptions(smallManifest, {}));
  assertEquals(found.filter(({ box }) => Object.values(box).some(Number.isNaN)), []);
});

Deno.test("DetectorSlot keeps the message of a rejection that is not an Error", async () => {
  const slot = new DetectorSlot("small", Promise.reject("words"));
  await slot.settled;
  assertEquals(slot.state.status === "failed" && slot.state.error.message, "words");
});

Deno.test("postprocess() returns no box with NaN if anchors are NaN", () => {
  const plan = createResizePlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  // One coordinate of one anchor is NaN.
  const anchors: Fill = ({ column, channel }) =>
    column === 3 && channel === 2 ? NaN : 10 * (channel >> 1);
  const t = makeOutputs(listed, plan.input, () => 1, () => 0, anchors);
  const found = postprocess(listed, t, plan, resolveOptions(listed, { max: 99, iou: 1 }));
  assert(found.length > 5);
  assertEquals(found.filter(({ box }) => Object.values(box).some(Number.isNaN)), []);
});

Deno.test("postprocess() returns no box with NaN if an anchor has no width and dw is huge", () => {
  const plan = createResizePlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  const boxes = { ...listed.boxes, clamp: null } as typeof listed.boxes;
  const manifest = { ...listed, boxes };
  // e^1000 is Infinity, and 0 · Infinity is NaN.
  const t = makeOutputs(manifest, plan.input, () => 1, () => 1000, () => 5);
  const found = postprocess(manifest, t, plan, resolveOptions(manifest, {}));
  assertEquals(found.filter(({ box }) => Object.values(box).some(Number.isNaN)), []);
});

Deno.test("postprocess() accepts every limit of candidates that a manifest allows", () => {
  const plan = createResizePlan({ width: 32, height: 32 }, smallManifest.resize, smallManifest.pad);
  for (const most of [1, 100_000, null]) {
    const m = parseManifest(postprocessed({ candidates: { perLevel: most, total: most } }));
    const t = makeOutputs(smallManifest, plan.input, () => -1, () => 0);
    assertEquals(postprocess(m, t, plan, resolveOptions(m, {})), []);
  }
});

Deno.test("createResizePlan() refuses an infinite source", () => {
  assertThrows(
    () => createResizePlan({ width: Infinity, height: 5 }, smallManifest.resize, { kind: "none" }),
    RangeError,
  );
});

Deno.test("fixedInput() pads a stretched image to its multiple", () => {
  const f = fixedInput(varied({
    resize: { kind: "stretch", width: 30, height: 20 },
    pad: { kind: "multiple", of: 32, value: 0 },
  }));
  assertEquals(f && { width: f.width, height: f.height }, { width: 32, height: 32 });
});

Deno.test("parseManifest() refuses a fixed input smaller than the resized image", () => {
  const pad = { kind: "fixed", width: 16, height: 16, value: 0 } as const;
  assertThrows(() => parseManifest(varied({ pad })), DomainError);
});
