import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { exists, testUnless } from "../../testing.ts";
import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";
import { startHost } from "./start_host.ts";

const NATIVE = new URL("../../../node_modules/onnxruntime-node/", import.meta.url);
const MISSING_NATIVE = exists(NATIVE) ? undefined : "deno task native was not run";

for (const runtime of ["node22", "node24", "bun"] as const) {
  for (const provider of ["wasm", "native"]) {
    const missing = provider === "native" ? MISSING_NATIVE : undefined;
    testUnless(missing, `engine ${provider} runs on two threads on ${runtime}`, async () => {
      await using host = await startHost({
        command: await executable(runtime),
        args: [new URL("src/commands/serve.js", await builtPackage()).pathname],
        environment: { ENGINE: provider, THREADS: "2", LOG: "none" },
      });
      const response = await fetch(`${host.url}/detect`, { method: "POST", body: fruitImage() });
      const { engine, detections: [best] } = await response.json();
      const native = provider === "native" ? { codec: "native", precision: "int8" } : {};
      assertEquals(engine, { provider, threads: 2, ...native });
      assertEquals(best.label, "orange");
    });
  }
}
