import { assertEquals } from "@std/assert";
import type { ModelStore } from "../../src/ports/model_store.ts";
import { fetchModelStore } from "../../src/stores/http.ts";
import { fileModelStore } from "../../src/stores/file.ts";
import { smallManifest } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

const folder = await Deno.makeTempDir();
await Deno.writeTextFile(`${folder}/tiny.json`, JSON.stringify(smallManifest));
await Deno.writeTextFile(`${folder}/poor.json`, '{"id": "poor"}');
await Deno.writeTextFile(`${folder}/broken.json`, '{"id": ');
await Deno.writeFile(`${folder}/tiny.onnx`, Uint8Array.of(1, 2, 3));
await Deno.writeFile(`${folder}/tiny.onnx.data`, Uint8Array.of(4, 5));

/** Serves the same folder over HTTP. */
const server = Deno.serve({ port: 0, onListen: () => {} }, async ({ url }) => {
  const file = await Deno.readFile(folder + new URL(url).pathname).catch(() => null);
  return file ? new Response(file) : new Response("no such file", { status: 404 });
});
const fetcher = { fetch: (url: string) => fetch(url) };

/** Returns the graph of the small manifest under another file name. */
const graph = (file: string) => ({ ...smallManifest.graph, file });

const STORES: [name: string, store: ModelStore][] = [
  ["fileModelStore()", fileModelStore(new URL(`file://${folder}/`))],
  ["fetchModelStore()", fetchModelStore(fetcher, `http://127.0.0.1:${server.addr.port}/`)],
];

for (const [name, store] of STORES) {
  Deno.test({
    name: `${name} reads a manifest and the graph beside it`,
    sanitizeResources: false, // fetch keeps the connection open for the next test
    async fn() {
      assertEquals(await store.manifest("tiny"), smallManifest);
      assertEquals(await store.graph("tiny", graph("tiny.onnx")), Uint8Array.of(1, 2, 3));
      assertEquals(await store.graph("tiny", graph("tiny.onnx.data")), Uint8Array.of(4, 5));
    },
  });

  Deno.test(`${name} names the model and the file that it cannot read`, async () => {
    await assertRejectsDomainError(store.manifest("nope"), "unknown-model", '"nope"');
    const gone = store.graph("tiny", graph("gone.onnx"));
    await assertRejectsDomainError(gone, "unknown-model", "gone.onnx");
  });

  Deno.test(`${name} names the property that a manifest lacks`, async () => {
    await assertRejectsDomainError(store.manifest("poor"), "manifest-invalid", "title");
  });

  Deno.test(`${name} refuses a manifest that is not JSON`, async () => {
    await assertRejectsDomainError(store.manifest("broken"), "manifest-invalid", '"broken"');
  });
}

Deno.test("fileModelStore() accepts the path of a manifest", async () => {
  const store = fileModelStore(new URL("file:///nowhere/"));
  assertEquals(await store.manifest(`${folder}/tiny.json`), smallManifest);
  assertEquals((await store.graph(`${folder}/tiny.json`, graph("tiny.onnx"))).length, 3);
});

Deno.test("the server of the stores shuts down", () => server.shutdown());
