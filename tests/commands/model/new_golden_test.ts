import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { runMain } from "../run_main.ts";

const GOLDENS = new URL("../../parity/goldens/own-anchors/", import.meta.url);
const IMAGE = "120x200";
const SIZE = ["--set", "resize.shortest=192", "--set", "resize.longest=320"];

async function folderWithGraph(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const file of ["model.onnx", `${IMAGE}.png`, `${IMAGE}.json`]) {
    await Deno.copyFile(new URL(file, GOLDENS), `${folder}/${file}`);
  }
  return folder;
}

Deno.test("model new fits anchors to the boxes of a golden file, and says which ones it could not", async () => {
  const folder = await folderWithGraph();
  const golden = ["--golden", `${folder}/${IMAGE}.json`, "--engine", "wasm"];
  const graph = `${folder}/model.onnx`;
  const { code, stdout, stderr } = await runMain(main, "new", graph, ...SIZE, ...golden);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "anchors: assumed: fitted to 300 boxes of torchvision");
  assertStringIncludes(stdout, "no box tells");
  const { anchors } = JSON.parse(await Deno.readTextFile(`${folder}/model.json`));
  // Sizes 28 and 44, ratios 0.4, 1 and 2.5, corners rounded: 28 / sqrt(0.4) = 44.3, rounded to 44.
  assertEquals(anchors.levels[1].shapes.slice(0, 4), [[44, 18], [70, 28], [28, 28], [44, 44]]);
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
