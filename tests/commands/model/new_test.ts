import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";
import { runMain } from "../run_main.ts";
import { runTask } from "../run_task.ts";

const GOLDEN = new URL("../../parity/goldens/keras-retinanet/", import.meta.url);
const IMAGE = "97x63";

/** Creates a folder with a graph, an image and the golden detections. */
async function folderWithGraph(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.copyFile(new URL("model.onnx", GOLDEN), `${folder}/Retina Net.onnx`);
  for (const file of [`${IMAGE}.png`, `${IMAGE}.json`]) {
    await Deno.copyFile(new URL(file, GOLDEN), `${folder}/${file}`);
  }
  return folder;
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("deno task model new and model check", async (test) => {
  const folder = await folderWithGraph();
  const graph = `${folder}/Retina Net.onnx`;
  const manifest = `${folder}/Retina Net.json`;
  const golden = `${folder}/${IMAGE}.json`;
  await Deno.writeTextFile(`${folder}/labels.txt`, "cat\n\ndog\nbird\nfish\n");

  await test.step("new writes a manifest with every guess marked, and draws an image", async () => {
    const image = `${folder}/${IMAGE}.png`;
    const labels = `${folder}/labels.txt`;
    const options = ["--labels", labels, "--image", image, "--engine", "wasm"];
    const { code, stdout, stderr } = await runTask("model", "new", graph, ...options);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "family   keras-retinanet");
    assertMatch(stdout, /97x63\.png: 97x63, \d+ found/);
    assertStringIncludes(await Deno.readTextFile(`${image}.svg`), "<svg");
    const written = await readJson(manifest);
    assertEquals([written.id, written.labels[1]], ["retina-net", null]);
    for (const property of ["input.mean", "resize", "anchors", "boxes", "postprocess", "licence"]) {
      assertStringIncludes(stdout, `  ${property}: ${written.guesses[property]}`);
    }
    assertEquals(written.guesses.labels, undefined);
  });

  await test.step("new keeps an existing manifest without --force", async () => {
    const { code, stderr } = await runMain(main, "new", graph);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "--force");
  });

  await test.step("check prints each tensor, and that the golden boxes are equal", async () => {
    const options = ["--golden", golden, "--engine", "wasm"];
    const { code, stdout, stderr } = await runMain(main, "check", manifest, ...options);
    assertEquals(code, 0, stderr);
    for (const tensor of ["input_1", "classification", "regression"]) {
      assertStringIncludes(stdout, tensor);
    }
    assertMatch(stdout, /\d+ detections, keras-retinanet 1\.0\.0 has \d+: equal within/);
  });

  await test.step("check ends with code 1 and the differing boxes if a property is wrong", async () => {
    const wrong = await readJson(manifest);
    wrong.input.colour = "rgb";
    await Deno.writeTextFile(`${folder}/wrong.json`, JSON.stringify(wrong));
    const options = ["--golden", golden, "--engine", "wasm"];
    const { code, stdout } = await runMain(main, "check", `${folder}/wrong.json`, ...options);
    assertEquals(code, 1);
    assertMatch(stdout, /they differ\n {2}missing: class \d+, score/);
    assertMatch(stdout, /wrong property:\n {2}input\.colour = "bgr" leaves 0 of \d+ differences/);
    assert(stdout.split("\n").length < 60, stdout);
  });

  await test.step("check names the property and both values of a manifest that does not fit", async () => {
    const other = await readJson(manifest);
    other.labels.push("horse");
    await Deno.writeTextFile(`${folder}/other.json`, JSON.stringify(other));
    const { code, stderr } = await runMain(main, "check", `${folder}/other.json`);
    assertEquals(code, 1);
    assertMatch(stderr, /"classification" is \[.*, 5\] in the graph, \[1, \?, 6\] in the manifest/);
  });

  await test.step("check names both sizes of a graph that was cut", async () => {
    const bytes = await Deno.readFile(graph);
    await Deno.writeFile(graph, bytes.subarray(0, 1000));
    const { code, stderr } = await runMain(main, "check", manifest);
    assertEquals(code, 1);
    assertStringIncludes(stderr, `1000 bytes where the manifest says ${bytes.length}`);
  });

  await test.step("new refuses a file that is not a graph", async () => {
    const { code, stderr } = await runMain(main, "new", graph, "--force");
    assertEquals(code, 1);
    assert(!stderr.includes("at async"), stderr);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("model new lists the families that fit a graph, and refuses one of another kind", async () => {
  const folder = await Deno.makeTempDir();
  const graph = `${folder}/heads.onnx`;
  await Deno.copyFile(new URL("../effdet/model.onnx", GOLDEN), graph);
  const other = await runMain(main, "new", graph, "--engine", "wasm", "--family", "mlperf");
  assertEquals(other.code, 1);
  assertMatch(other.stderr, /"mlperf" as the graph's outputs are of kind "levels".*detectron2/);
  const { code, stdout } = await runMain(main, "new", graph, "--engine", "wasm");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "family   effdet");
  assertMatch(stdout, /It could also be \(--family\): .*detectron2/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("model new asks for the family of heads per level without telling names", async () => {
  const folder = await Deno.makeTempDir();
  const graph = `${folder}/levels.onnx`;
  await Deno.copyFile(new URL("../detectron2/model.onnx", GOLDEN), graph);
  const asked = await runMain(main, "new", graph, "--engine", "wasm");
  assertEquals(asked.code, 1);
  assertMatch(asked.stderr, /name yours with --family, of torchvision, .*detectron2/);
  assertEquals(
    (await runMain(main, "new", graph, "--engine", "wasm", "--family", "detectron2")).code,
    0,
  );
  await Deno.remove(folder, { recursive: true });
});

testUnless(
  missingShared("cases/exports/levels_legacy.onnx"),
  "model new describes heads per level as torchvision's if asked to",
  async () => {
    const folder = await Deno.makeTempDir();
    const graph = `${folder}/levels.onnx`;
    await Deno.copyFile(new URL("cases/exports/levels_legacy.onnx", SHARED), graph);
    assertEquals((await runMain(main, "new", graph, "--engine", "wasm")).code, 1);
    const options = ["--engine", "wasm", "--family", "torchvision"];
    const { code, stderr } = await runMain(main, "new", graph, ...options);
    assertEquals(code, 0, stderr);
    const { input, anchors } = await readJson(`${folder}/levels.json`);
    assertEquals(input.colour, "rgb");
    assertEquals(anchors.strides, "floor-input-over-grid");
    await Deno.remove(folder, { recursive: true });
  },
);
