import { assertEquals, assertNotEquals } from "@std/assert";
import { fileModelStore } from "../../src/stores/file.ts";
import { smallManifest } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

const ENTRY = { id: "far", url: "http://127.0.0.1/far.onnx", source: "http://127.0.0.1/about" };

/** Messages for a missing graph, by the catalogue of its folder. */
const MISSING: [claim: string, catalogue: string | undefined, id: string, fault: string][] = [
  [
    "names the command that downloads a graph of the catalogue",
    JSON.stringify([ENTRY]),
    "far",
    'Cannot load model "far" as far.onnx is not here: deno task model pull far fetches it',
  ],
  [
    "names no command for a graph that is not in the catalogue",
    JSON.stringify([ENTRY]),
    "own",
    'Cannot load model "own" as own.onnx is not here',
  ],
  [
    "names no command without a catalogue",
    undefined,
    "far",
    'Cannot load model "far" as far.onnx is not here',
  ],
  [
    "names no command if the catalogue is wrong",
    "{",
    "far",
    'Cannot load model "far" as far.onnx is not here',
  ],
];

/** Returns the graph of the small manifest under another file name. */
const graph = (file: string) => ({ ...smallManifest.graph, file });

for (const [claim, catalogue, id, fault] of MISSING) {
  Deno.test(`fileModelStore() ${claim}`, async () => {
    const folder = await Deno.makeTempDir();
    if (catalogue !== undefined) await Deno.writeTextFile(`${folder}/catalogue.json`, catalogue);
    const store = fileModelStore(new URL(`file://${folder}/`));
    const work = store.graph(id, graph(`${id}.onnx`));
    const { message } = await assertRejectsDomainError(work, "unknown-model");
    assertEquals(message, fault);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("fileModelStore() names the command for a path of a manifest in its folder", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/catalogue.json`, JSON.stringify([ENTRY]));
  const store = fileModelStore(new URL(`file://${folder}/`));
  await assertRejectsDomainError(
    store.graph(`${folder}/far.json`, graph("far.onnx")),
    "unknown-model",
    "is not here: deno task model pull far fetches it",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("fileModelStore() has another stamp once a file of the model has changed", async () => {
  const folder = await Deno.makeTempDir();
  const store = fileModelStore(new URL(`file://${folder}/`));
  const stamps = [await store.stamp!("own")];
  const manifest = JSON.stringify({ ...smallManifest, graph: graph("own.onnx") });
  await Deno.writeTextFile(`${folder}/own.json`, manifest);
  stamps.push(await store.stamp!("own"));
  await Deno.writeTextFile(`${folder}/own.onnx`, "1");
  stamps.push(await store.stamp!("own"));
  await Deno.writeTextFile(`${folder}/own.onnx`, "12");
  stamps.push(await store.stamp!("own"));
  assertEquals(new Set(stamps).size, 4);
  assertEquals(await store.stamp!("own"), stamps.at(-1));
  assertNotEquals(await store.stamp!("other"), stamps.at(-1));
  await Deno.remove(folder, { recursive: true });
});

const GRAPHS = [
  ["own/model.onnx", "deno task model new own/model.onnx writes one"],
  ["models/everyday8.onnx", "models/everyday8.json is here: name it instead"],
] as const;

for (const [graph, remedy] of GRAPHS) {
  Deno.test(`fileModelStore() says which manifest the graph ${graph} needs`, async () => {
    await assertRejectsDomainError(
      fileModelStore(new URL("../../models/", import.meta.url)).manifest(graph),
      "unknown-model",
      `a graph needs a manifest, and ${remedy}`,
    );
  });
}

Deno.test("fileModelStore() lists the models that are here if there is none of the id", async () => {
  await assertRejectsDomainError(
    fileModelStore(new URL("../../models/", import.meta.url)).manifest("everyday9"),
    "unknown-model",
    "everyday9.json is not here: the models that are here are everyday8",
  );
});

Deno.test("fileModelStore() lists a model once the files with its weights are there, and stamps them", async () => {
  const folder = await Deno.makeTempDir();
  const data = [{ ...smallManifest.graph, file: "own.data" }];
  const manifest = { ...smallManifest, graph: { ...graph("own.onnx"), data } };
  await Deno.writeTextFile(`${folder}/own.json`, JSON.stringify(manifest));
  await Deno.writeFile(`${folder}/own.onnx`, Uint8Array.of(1));
  const store = fileModelStore(new URL(`file://${folder}/`));
  assertEquals(await store.list(), []);
  const before = await store.stamp!("own");
  await Deno.writeFile(`${folder}/own.data`, Uint8Array.of(2));
  assertEquals(await store.list(), ["own"]);
  assertNotEquals(await store.stamp!("own"), before);
  await Deno.remove(folder, { recursive: true });
});
