import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { runMain } from "../run_main.ts";

const GOLDENS = new URL("../../parity/goldens/own-anchors/", import.meta.url);
const IMAGE = "120x200";
const OTHER = "160x120";
const SIZE = ["--set", "resize.shortest=192", "--set", "resize.longest=320"];

async function folderWithGraph(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const files = [IMAGE, OTHER].flatMap((image) => [`${image}.png`, `${image}.json`]);
  for (const file of ["model.onnx", ...files]) {
    await Deno.copyFile(new URL(file, GOLDENS), `${folder}/${file}`);
  }
  return folder;
}

Deno.test("model new fits sizes and ratios to the boxes of golden files, and says which it could not", async () => {
  const folder = await folderWithGraph();
  const goldens = [IMAGE, OTHER].flatMap((image) => ["--golden", `${folder}/${image}.json`]);
  const golden = [...goldens, "--engine", "wasm"];
  const graph = `${folder}/model.onnx`;
  const { code, stdout, stderr } = await runMain(main, "new", graph, ...SIZE, ...golden);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "anchors: assumed: fitted to 600 boxes of torchvision");
  assertStringIncludes(stdout, "no box tells");
  const { anchors } = JSON.parse(await Deno.readTextFile(`${folder}/model.json`));
  assertEquals(anchors.levels[1], { stride: 8, sizes: [28, 44] });
  assertEquals([anchors.ratios, anchors.order, anchors.rounding], [
    ...[[0.4, 1, 2.5], "ratio-size", "half-even"],
  ]);
  assertEquals([anchors.centre, anchors.strides], [0, "floor-input-over-grid"]);
});

Deno.test("model new refuses a golden file of another preparation, which fits no anchors", async () => {
  const folder = await folderWithGraph();
  const golden = ["--golden", `${folder}/${IMAGE}.json`, "--engine", "wasm"];
  const colours = ["--set", "input.colour=bgr"];
  const { code, stderr } = await runMain(
    ...[main, "new", `${folder}/model.onnx`, ...SIZE, ...colours, ...golden] as const,
  );
  assert(code !== 0);
  assertStringIncludes(stderr, "scores occur in the outputs of the graph");
});
