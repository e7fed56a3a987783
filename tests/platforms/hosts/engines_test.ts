import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";
import { startHost } from "./start_host.ts";

const NATIVE = new URL("../../../node_modules/onnxruntime-node/", import.meta.url);
const hasNative = await Deno.stat(NATIVE).then(() => true, () => false);

for (const runtime of ["node20", "node24", "bun"] as const) {
  for (const provider of ["wasm", "native"]) {
    const ignore = provider === "native" && !hasNative;
    const skipped = ignore ? " (skipped: deno task native was not run)" : "";
    Deno.test({
      name: `engine ${provider} runs on two threads on ${runtime}${skipped}`,
      ignore,
      async fn() {
        await using host = await startHost({
          command: await executable(runtime),
          args: [new URL("src/commands/serve.js", await builtPackage()).pathname],
          environment: { ENGINE: provider, THREADS: "2", LOG: "none" },
        });
        const response = await fetch(`${host.url}/detect`, {
          method: "POST",
          body: fruitImage(),
        });
        const { engine, detections: [best] } = await response.json();
        assertEquals(engine, { provider, threads: 2 });
        assertEquals(best.label, "orange");
      },
    });
  }
}
