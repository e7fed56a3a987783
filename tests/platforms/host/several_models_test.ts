import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { type Server, startServer } from "./start_server.ts";

const ROOT = new URL("../../../", import.meta.url);
const GOLDEN = new URL("tests/parity/goldens/keras-retinanet-finished/", ROOT);

Deno.test("deno task start serves several models within a memory budget", async (test) => {
  const folder = await folderOfModels();
  // By docs/configuration.md the models count as 150 and 200 MB, so both do not fit.
  await using server = await startServer({ MODELS_DIR: folder, MODEL_MEMORY: "300000000" });

  await test.step("loads the start-up models, and lists the others of its folder", async () => {
    assertEquals(await statusesOf(server), { everyday8: "ready", other: "idle" });
  });

  await test.step("loads another on first use, and evicts the least recently used one", async () => {
    assertEquals((await detect(server, "other")).model, "other");
    assertEquals(await statusesOf(server), { everyday8: "idle", other: "ready" });
  });

  await test.step("loads the evicted one again, and stays ready", async () => {
    const { model, detections: [best] } = await detect(server, "everyday8");
    assertEquals([model, best.label], ["everyday8", "orange"]);
    assertEquals((await fetch(`${server.url}/readyz`)).status, 200);
  });

  await test.step("serves the manifest of a model", async () => {
    const manifest = await (await fetch(`${server.url}/models/other`)).json();
    assertEquals(manifest.outputs.kind, "finished");
  });

  await test.step("refuses a changed graph, and names both hashes", async () => {
    const graph = await Deno.readFile(`${folder}/other.onnx`);
    graph[graph.length >> 1]! ^= 1;
    await Deno.writeFile(`${folder}/other.onnx`, graph);
    const response = await post(server, "other");
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [503, "graph-mismatch"]);
    const hashes = detail.match(/[0-9a-f]{64}/g);
    assertEquals(new Set(hashes).size, 2, detail);
    assertStringIncludes(detail, "SHA-256");
  });
  await Deno.remove(folder, { recursive: true });
});

/** Creates a models folder: everyday8, and the small graph of a golden under the id "other". */
async function folderOfModels(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const file of ["everyday8.json", "everyday8.onnx"]) {
    await Deno.copyFile(new URL(`models/${file}`, ROOT), `${folder}/${file}`);
  }
  const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GOLDEN)));
  await Deno.copyFile(new URL(manifest.graph.file, GOLDEN), `${folder}/other.onnx`);
  const other = { ...manifest, id: "other", graph: { ...manifest.graph, file: "other.onnx" } };
  await Deno.writeTextFile(`${folder}/other.json`, JSON.stringify(other));
  return folder;
}

function post(server: Server, model: string): Promise<Response> {
  const body = fruitImage();
  return fetch(`${server.url}/detect?model=${model}`, { method: "POST", body });
}

async function detect(server: Server, model: string) {
  const response = await post(server, model);
  assert(response.ok, await response.clone().text());
  return await response.json();
}

async function statusesOf(server: Server): Promise<Record<string, string>> {
  const { models } = await (await fetch(`${server.url}/models`)).json();
  return Object.fromEntries(
    models.map(({ id, status }: { id: string; status: string }) => [id, status]),
  );
}
