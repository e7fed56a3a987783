import { assertEquals } from "@std/assert";
import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { sha256 } from "../../src/manifest/sha256.ts";
import { createDetector } from "../../src/platforms/host/embed.ts";
import { moveWeights } from "../planner/external_weights.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertRejectsDomainError } from "../testing.ts";

const ENGINE = { engine: "wasm", threads: 1 } as const;
const whole = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));
const { graph, data } = moveWeights(whole, "weights.bin");
const pinned = async (bytes: Uint8Array) => ({ sha256: await sha256(bytes), bytes: bytes.length });

/** Manifest of everyday8 with its weights in another file. */
const manifest = {
  ...everyday8,
  graph: {
    file: "everyday8.onnx",
    ...await pinned(graph),
    data: [{ file: "weights.bin", ...await pinned(data) }],
  },
};

/** Detects in the sample image. */
async function detect(model: Parameters<typeof createDetector>[0]["model"]) {
  await using detector = await createDetector({ model, ...ENGINE });
  return (await detector.detect(fruitImage())).detections;
}

Deno.test("createDetector() finds the same objects with the weights in another file", async () => {
  const expected = await detect("everyday8");
  assertEquals(await detect({ manifest, graph, data: { "weights.bin": data } }), expected);

  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/own.json`, JSON.stringify(manifest));
  await Deno.writeFile(`${folder}/everyday8.onnx`, graph);
  await Deno.writeFile(`${folder}/weights.bin`, data);
  assertEquals(await detect(new URL(`file://${folder}/own.json`)), expected);
  await Deno.remove(`${folder}/weights.bin`);
  await assertRejectsDomainError(
    detect(new URL(`file://${folder}/own.json`)),
    "unknown-model",
    "Cannot load a model as weights.bin is not here",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("createDetector() refuses weights that differ from the manifest", async () => {
  const damaged = data.slice();
  damaged[5]! ^= 1;
  await assertRejectsDomainError(
    detect({ manifest, graph, data: { "weights.bin": damaged } }),
    "graph-mismatch",
    "Cannot load weights.bin as its SHA-256 is",
  );
});

Deno.test("createDetector() names the file with weights that was not given", async () => {
  await assertRejectsDomainError(
    detect({ manifest, graph, data: { "other.bin": data } }),
    "unknown-model",
    "as weights.bin is not among its data files: other.bin",
  );
});

Deno.test("createDetector() names weights that the manifest does not list", async () => {
  const { data: _, ...alone } = manifest.graph;
  await assertRejectsDomainError(
    detect({ manifest: { ...manifest, graph: alone }, graph }),
    "engine-unavailable",
    "wasm with 1 thread: the graph keeps weights in other files (ONNX external data), which its " +
      "manifest must list under graph.data, as deno task model new does",
  );
});
