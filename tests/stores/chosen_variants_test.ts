import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { chosenVariants } from "../../src/stores/chosen_variants.ts";
import { folderModelStore } from "../../src/stores/folder.ts";

const STORE = folderModelStore(new URL("../../models/", import.meta.url));

const fileNames = ({ graph, variants = [] }: Manifest) => [graph, ...variants].map((g) => g.file);

Deno.test("chosenVariants() leaves out the variants only if they are off", async () => {
  assertStrictEquals(chosenVariants(STORE), STORE);
  assertStrictEquals(chosenVariants(STORE, "auto"), STORE);
  assertEquals(fileNames(await STORE.manifest("everyday8")), [
    ...["everyday8.onnx", "everyday8-int8.onnx"],
  ]);
  const off = chosenVariants(STORE, "off");
  assertEquals(fileNames(await off.manifest("everyday8")), ["everyday8.onnx"]);
  const { graph } = await off.manifest("everyday8");
  assertEquals((await off.graph("everyday8", graph)).length, graph.bytes);
});
