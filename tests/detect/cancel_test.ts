import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { openEveryday8 } from "../everyday8.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";

const detector = await openEveryday8();
const IMAGE = fruitImage();

/** A call that notes whether its image was decoded. */
function call(signal: AbortSignal) {
  const state = { isDecoded: false };
  const asked = { signal, onDecoded: () => state.isDecoded = true };
  return { state, answer: detector.detect(IMAGE, {}, asked) };
}

Deno.test("detect() looks at no image of a call that was taken back before", async () => {
  const { state, answer } = call(AbortSignal.abort());
  const error = await assertRejects(() => answer, DomainError);
  assertEquals(error.code, "client-gone");
  assert(!state.isDecoded);
});

Deno.test("detect() ends at the next stage when its call is taken back, and works on", async () => {
  const controller = new AbortController();
  const { state, answer } = call(controller.signal);
  assert(state.isDecoded, "it decodes at once");
  controller.abort();
  const error = await assertRejects(() => answer, DomainError);
  assertEquals(error.code, "client-gone");
  assertGreater((await detector.detect(IMAGE)).detections.length, 0);
});
