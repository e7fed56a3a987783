import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { DomainError } from "../../src/core/domain_error.ts";
import { createDetector } from "../../src/platforms/host/embed.ts";

/** White pixels, in which nothing is found. */
const WHITE = { data: new Uint8Array(3 * 64 * 64).fill(255), width: 64, height: 64 };

for (const worker of [false, true]) {
  Deno.test(`createDetector() leaves out the variants of a manifest at a URL, worker ${worker}`, async () => {
    const model = await copyWithMissingVariant();
    const options = { model, engine: "wasm", threads: 1, worker } as const;
    await assertRejects(() => createDetector(options), DomainError, "everyday8-int8.onnx");
    await using detector = await createDetector({ ...options, variants: "off" });
    const { detections } = await detector.detect(WHITE, { scoreThreshold: 0.9 });
    assertEquals(detections, []);
    await Deno.remove(new URL("./", model), { recursive: true });
  });
}

/** Copies everyday8 with its variant for WebAssembly, whose file is missing. */
async function copyWithMissingVariant(): Promise<URL> {
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/`);
  const variants = everyday8.variants.map((variant) => ({ ...variant, engines: ["wasm"] }));
  const manifest = new URL("everyday8.json", folder);
  await Deno.writeTextFile(manifest, JSON.stringify({ ...everyday8, variants }));
  const graph = everyday8.graph.file;
  await Deno.copyFile(
    new URL(`../../models/${graph}`, import.meta.url),
    new URL(graph, folder),
  );
  return manifest;
}
