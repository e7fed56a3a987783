import { assert, assertGreater } from "@std/assert";
import { openEveryday8 } from "../everyday8.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertRejectsDomainError } from "../testing.ts";

const detector = await openEveryday8();
const IMAGE = fruitImage();

/** Starts a call and records if its image was decoded. */
function call(signal: AbortSignal, then = () => {}) {
  const state = { isDecoded: false };
  const onDecoded = () => {
    state.isDecoded = true;
    then();
  };
  return { state, result: detector.detect(IMAGE, {}, { signal, onDecoded }) };
}

Deno.test("detect() decodes no image of a call that was cancelled before it", async () => {
  const { state, result } = call(AbortSignal.abort());
  await assertRejectsDomainError(result, "client-gone");
  assert(!state.isDecoded);
});

Deno.test("detect() stops at the next stage when its call is cancelled, and serves the next call", async () => {
  const controller = new AbortController();
  const { state, result } = call(controller.signal, () => controller.abort());
  await assertRejectsDomainError(result, "client-gone");
  assert(state.isDecoded, "the call is cancelled after its image was decoded");
  assertGreater((await detector.detect(IMAGE)).detections.length, 0);
});
