import { assertEquals } from "@std/assert";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };
import { main } from "../../../src/commands/model/main.ts";
import { runMain } from "../run_main.ts";

/** Properties that say how the network was trained, all but the threshold of `postprocess`. */
function behaviourOf({ input, resize, resample, pad, anchors, boxes, outputs, ...rest }: Manifest) {
  const { score: _, ...postprocess } = rest.postprocess;
  return { input, resize, resample, pad, anchors, boxes, outputs, postprocess };
}

type Manifest = typeof everyday8;

Deno.test("deno task model new drafts the behaviour of everyday8 from its graph", async () => {
  const folder = await Deno.makeTempDir();
  const graph = `${folder}/mine.onnx`;
  await Deno.copyFile(new URL("../../../models/everyday8.onnx", import.meta.url), graph);
  await Deno.writeTextFile(`${folder}/labels.txt`, everyday8.labels.join("\n"));
  const { code, stderr } = await runMain(main, "new", graph, "--labels", `${folder}/labels.txt`);
  const drafted = code === 0 ? await Deno.readTextFile(`${folder}/mine.json`) : "{}";
  await Deno.remove(folder, { recursive: true });
  assertEquals(code, 0, stderr);
  assertEquals(behaviourOf(JSON.parse(drafted)), behaviourOf(everyday8));
});
