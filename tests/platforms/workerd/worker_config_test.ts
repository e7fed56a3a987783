import { assertEquals, assertThrows } from "@std/assert";
import { workerConfig } from "../../../src/platforms/workerd/worker_config.ts";

for (
  const [claim, environment, maxBytes, bodyMemory, keepMemory] of [
    ["without variables", {}, 10e6, 20e6, 2e6],
    ["with empty variables", { MAX_BYTES: "", BODY_MEMORY: "", KEEP_MEMORY: "" }, 10e6, 20e6, 2e6],
    ["with larger images", { MAX_BYTES: "15000000" }, 15e6, 30e6, 2e6],
    ["with a body memory of its own", { BODY_MEMORY: "25000000" }, 10e6, 25e6, 2e6],
    ["with bindings", { ASSETS: {}, MODELS_BUCKET: {} }, 10e6, 20e6, 2e6],
  ] as const
) {
  Deno.test(`workerConfig() has defaults for 128 MB, ${claim}`, () => {
    const { MAX_BYTES, BODY_MEMORY, KEEP_MEMORY } = workerConfig(environment);
    assertEquals([MAX_BYTES, BODY_MEMORY, KEEP_MEMORY], [maxBytes, bodyMemory, keepMemory]);
  });
}

Deno.test("workerConfig() names the wrong variable, and no other", () => {
  const { message } = assertThrows(() => workerConfig({ MAX_BYTES: "5 MB" }), TypeError) as Error;
  assertEquals(message.match(/[A-Z_]+="/g), ['MAX_BYTES="']);
});
