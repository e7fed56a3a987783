import { assertEquals, assertStringIncludes } from "@std/assert";
import { unusedOutputs } from "../../../src/commands/model/unused_outputs.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";

const MANIFEST = new URL("../../parity/goldens/torchvision/manifest.json", import.meta.url);

const outputOf = (name: string) => ({ name, type: "float32", shape: [1, "rows", 4] });

Deno.test("unusedOutputs() names each output that the manifest does not use", async () => {
  const manifest = parseManifest(JSON.parse(await Deno.readTextFile(MANIFEST)));
  const used = [outputOf("cls_logits"), outputOf("bbox_regression")];
  assertEquals(unusedOutputs(manifest, { outputs: used }), null);
  const outputs = [...used, outputOf("bbox_ctrness")];
  assertStringIncludes(unusedOutputs(manifest, { outputs }) ?? "", '"bbox_ctrness"');
});
