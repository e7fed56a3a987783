import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { ModelProtoSchema } from "../../../src/planner/onnx_pb.ts";
import { moveWeights } from "../../planner/external_weights.ts";
import { runMain } from "../run_main.ts";

const GOLDEN = new URL("../../parity/goldens/own-anchors/", import.meta.url);
const IMAGE = "97x61";

/** Temporary folder that is deleted at the end of a block. */
async function folderOf(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs `model new` on the WebAssembly engine. */
function create(graph: string, ...options: string[]) {
  return runMain(main, "new", graph, "--engine", "wasm", ...options);
}

/** Replaces all names that torchvision gave, as some optimisers do. */
async function graphWithoutNames(): Promise<Uint8Array> {
  const model = fromBinary(
    ModelProtoSchema,
    await Deno.readFile(new URL("model.onnx", GOLDEN)),
  );
  const { node = [], initializer = [], output = [] } = model.graph ?? {};
  const names = new Map([...initializer, ...output].map(({ name }, i) => [name, `v${i}`]));
  const renamed = (name: string) => names.get(name) ?? name;
  for (const each of [...initializer, ...output]) each.name = renamed(each.name);
  for (const each of node) {
    each.input = each.input.map(renamed);
    each.output = each.output.map(renamed);
  }
  return toBinary(ModelProtoSchema, model);
}

Deno.test("model new asks for the family of joined heads without telling names", async () => {
  await using folder = await folderOf();
  const graph = `${folder.path}/bare.onnx`;
  await Deno.writeFile(graph, await graphWithoutNames());
  const { code, stderr } = await create(graph);
  assertEquals(code, 1);
  assertMatch(stderr, /several frameworks export heads for all levels.*with --family.*No name/);

  const drafted = await create(graph, "--draft");
  assertEquals(drafted.code, 0, drafted.stderr);
  assertMatch(drafted.stdout, /not complete: Cannot tell the family[\s\S]*Open questions:/);
  const { graph: pinned, outputs, guesses } = JSON.parse(
    await Deno.readTextFile(`${folder.path}/bare.json`),
  );
  assertEquals(pinned.bytes, (await Deno.stat(graph)).size);
  assertMatch(pinned.sha256, /^[0-9a-f]{64}$/);
  assertMatch(outputs.scores, /^v\d+$/);
  assertMatch(guesses["input.colour"], /^open: /);
});

Deno.test("model new --draft writes a manifest for a file that is no graph", async () => {
  await using folder = await folderOf();
  const graph = `${folder.path}/none.onnx`;
  await Deno.writeTextFile(graph, "not a graph at all");
  assertEquals((await create(graph)).code, 1);
  const { code, stdout, stderr } = await create(graph, "--draft");
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "Open questions:");
  const { graph: pinned, guesses } = JSON.parse(
    await Deno.readTextFile(`${folder.path}/none.json`),
  );
  assertEquals(pinned.bytes, 18);
  assertMatch(guesses.graph, /^open: /);
  const again = await create(graph, "--draft");
  assertEquals(again.code, 1);
  assertStringIncludes(again.stderr, "--force");
});

Deno.test("model new --draft pins the weights beside the graph, and applies options", async () => {
  await using folder = await folderOf();
  const graph = `${folder.path}/bare.onnx`;
  const moved = moveWeights(await graphWithoutNames(), "bare.bin");
  await Deno.writeFile(graph, moved.graph);
  await Deno.writeFile(`${folder.path}/bare.bin`, moved.data);
  const names = ["ant", "bee", "cat"];
  await Deno.writeTextFile(`${folder.path}/names.txt`, names.join("\n"));
  for (const file of [`${IMAGE}.png`, `${IMAGE}.json`]) {
    await Deno.copyFile(new URL(file, GOLDEN), `${folder.path}/${file}`);
  }
  const set = ["--set", "input.colour=bgr", "--set", "input.unknown=1"];
  const labels = ["--labels", `${folder.path}/names.txt`];
  const golden = ["--golden", `${folder.path}/${IMAGE}.json`];
  const { code, stderr } = await create(graph, "--draft", ...set, ...labels, ...golden);
  assertEquals(code, 0, stderr);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder.path}/bare.json`));
  assertEquals(manifest.graph.data.map(({ file }: { file: string }) => file), ["bare.bin"]);
  assertEquals(manifest.labels, names);
  assertEquals(manifest.input.colour, "bgr");
  const { guesses } = manifest;
  assertEquals(guesses["input.colour"], undefined);
  assertMatch(guesses["input.unknown"], /^open: --set input\.unknown=1: /);
  // BGR is wrong, so the scores of the golden file are others.
  assertMatch(guesses.anchors, /^open: Cannot fit anchors/);
});

Deno.test("model new --draft fits the anchors to golden files", async () => {
  await using folder = await folderOf();
  const graph = `${folder.path}/bare.onnx`;
  await Deno.writeFile(graph, await graphWithoutNames());
  for (const file of ["120x200.png", "120x200.json"]) {
    await Deno.copyFile(new URL(file, GOLDEN), `${folder.path}/${file}`);
  }
  const own = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GOLDEN)));
  const parts = ["input", "resize", "resample", "pad", "boxes", "postprocess"];
  const set = parts.flatMap((part) => ["--set", `${part}=${JSON.stringify(own[part])}`]);
  const golden = ["--golden", `${folder.path}/120x200.json`];
  const { code, stderr } = await create(graph, "--draft", ...set, ...golden);
  assertEquals(code, 0, stderr);
  const { anchors, guesses } = JSON.parse(await Deno.readTextFile(`${folder.path}/bare.json`));
  assertEquals([anchors.levels[1].sizes, anchors.ratios], [[28, 44], [0.4, 1, 2.5]]);
  assertMatch(guesses.anchors, /: fitted to \d+ boxes of torchvision/);
});

Deno.test("model new --draft keeps --labels and --set for a file that is no graph", async () => {
  await using folder = await folderOf();
  const graph = `${folder.path}/none.onnx`;
  await Deno.writeTextFile(graph, "not a graph at all");
  await Deno.writeTextFile(`${folder.path}/names.txt`, "ant\nbee");
  const options = ["--labels", `${folder.path}/names.txt`, "--set", "input.colour=bgr"];
  const { code, stderr } = await create(graph, "--draft", ...options);
  assertEquals(code, 0, stderr);
  const { labels, input } = JSON.parse(await Deno.readTextFile(`${folder.path}/none.json`));
  assertEquals([labels, input.colour], [["ant", "bee"], "bgr"]);
});

Deno.test("model new --draft never writes over a file that is no .onnx file", async () => {
  await using folder = await folderOf();
  const weights = `${folder.path}/weights.pt`;
  await Deno.writeTextFile(weights, "weights");
  for (const force of [[], ["--force"]]) {
    const { code, stderr } = await create(weights, "--draft", ...force);
    assertEquals(code, 1);
    assertMatch(stderr, /^Cannot describe as one \.onnx file is wanted/);
    assertEquals(await Deno.readTextFile(weights), "weights");
  }
});

Deno.test("model new says what the graph proves, suggests and does not tell", async (test) => {
  await using folder = await folderOf();
  const graph = `${folder.path}/own.onnx`;
  const golden = `${folder.path}/${IMAGE}.json`;
  await Deno.copyFile(new URL("model.onnx", GOLDEN), graph);
  for (const file of [`${IMAGE}.png`, `${IMAGE}.json`]) {
    await Deno.copyFile(new URL(file, GOLDEN), `${folder.path}/${file}`);
  }
  const resize = 'resize={"kind":"shortest","shortest":192,"longest":320,"scale":"float64",' +
    '"rounding":"floor","factor":"per-side"}';
  const manifest = `${folder.path}/own.json`;
  const check = () => runMain(main, "check", manifest, "--golden", golden, "--engine", "wasm");

  await test.step("anchors are assumed, and a golden shows that they are wrong", async () => {
    const { code, stdout, stderr } = await create(graph, "--set", resize);
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /suggested, as the graph has the name "head\.classification_head/);
    assertMatch(stdout, /The graph proves: .*outputs\.scores.*outputs\.deltas/);
    assertMatch(stdout, /The graph suggests:\n {2}input\.colour: suggested: as torchvision does/);
    assertMatch(
      stdout,
      /pure assumption:[\s\S]*anchors: assumed: the graph tells strides 4, 8, 16/,
    );
    assertStringIncludes(stdout, `One command settles them: deno task model check ${manifest}`);
    assertEquals((await check()).code, 1);
  });

  await test.step("--sizes and --ratios give the boxes of the framework", async () => {
    const sizes = "[[14,22],[28,44],[56,88],[112,176],[224,352]]";
    const wishes = ["--sizes", sizes, "--ratios", "0.4,1,2.5", "--force"];
    const { code, stdout, stderr } = await create(graph, "--set", resize, ...wishes);
    assertEquals(code, 0, stderr);
    assertEquals(/anchors\.(levels|ratios): assumed/.test(stdout), false);
    const checked = await check();
    assertEquals(checked.code, 0, checked.stdout);
  });

  await test.step("wrong --strides and unreadable --sizes are refused", async () => {
    const strides = await create(graph, "--strides", "8,16,32", "--force");
    assertMatch(strides.stderr, /Cannot take strides 8, 16, 32 as \d+ rows at/);
    const sizes = await create(graph, "--sizes", "large", "--force");
    assertMatch(sizes.stderr, /Cannot read "large" as numbers above 0/);
  });
});
