import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { main } from "../../../src/commands/model/main.ts";
import { variationsOf } from "../../../src/commands/model/variations.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import { runMain } from "../run_main.ts";
import { goldenFolders } from "../../parity/golden_folders.ts";

const GOLDEN = new URL("../../parity/goldens/detectron2/", import.meta.url);

Deno.test("deno task model doctor draws each alternative beside the manifest", async () => {
  const out = await Deno.makeTempFile({ suffix: ".html" });
  const { code, stdout, stderr } = await runMain(
    main,
    ...["doctor", fileURLToPath(new URL("manifest.json", GOLDEN)), "--engine", "wasm"],
    ...["--image", fileURLToPath(new URL("97x62.png", GOLDEN)), "--out", out],
  );
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /\d+ manifests that differ/);
  const page = await Deno.readTextFile(out);
  await Deno.remove(out);
  assertStringIncludes(page, "<b>as it is</b>");
  assertStringIncludes(page, "input.colour = &#34;rgb&#34;");
  assertStringIncludes(page, "anchors.order = &#34;ratio-size&#34;");
  assertEquals(page.split("data:image/png").length, 2, "the photo must be in the page once");
  assert(page.split("<svg").length > 8, "fewer than 8 images");
  assert(!/(src|href)="(?!data:|#photo)/.test(page), "the page needs other files");
});

Deno.test("model doctor --variants off examines the graph itself", async () => {
  const folder = await Deno.makeTempDir();
  const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GOLDEN)));
  const { file } = manifest.graph;
  await Deno.copyFile(new URL(file, GOLDEN), `${folder}/${file}`);
  const variants = [{ ...manifest.graph, file: "missing.onnx", engines: ["wasm"] }];
  await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify({ ...manifest, variants }));
  const args = [
    ...["doctor", `${folder}/manifest.json`, "--engine", "wasm", "--out", `${folder}/page.html`],
    ...["--image", fileURLToPath(new URL("97x62.png", GOLDEN))],
  ];
  const missing = await runMain(main, ...args);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "missing.onnx");
  const { code, stderr } = await runMain(main, ...args, "--variants", "off");
  assertEquals(code, 0, stderr);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("variationsOf() returns valid manifests that differ, for every golden", async () => {
  for (const { name, manifest } of await goldenFolders()) {
    const own = parseManifest(manifest);
    const variations = variationsOf(own);
    assert(variations.length >= 8, `${name} has ${variations.length}`);
    for (const { manifest: other } of variations) {
      assert(JSON.stringify(other) !== JSON.stringify(own), name);
      assertEquals(parseManifest(other), other);
    }
  }
});
