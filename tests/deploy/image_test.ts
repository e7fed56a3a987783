import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { fruitImage } from "../sample_images/fruit_image.ts";
import { pythonTools } from "../python_tools.ts";
import { readSource, sourcesIn } from "../sources.ts";
import { run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const HERE = new URL("./", import.meta.url);
const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0;
const skipped = ignore ? " (skipped: only root on Linux can disable the network)" : "";

Deno.test("the Dockerfile passes hadolint", async () => {
  const dockerfile = await Deno.readTextFile(`${ROOT}Dockerfile`);
  const clean = { success: true, said: "" };
  assertEquals(await run(await tool("hadolint"), ["--no-color", "-"], dockerfile), clean);
  const wrong = dockerfile.replace(":2.9.6", "");
  const { said } = await run(await tool("hadolint"), ["--no-color", "-"], wrong);
  assertStringIncludes(said, "DL3006");
});

Deno.test("the Dockerfile installs the packages of all modules that are imported late", async () => {
  const dockerfile = await Deno.readTextFile(`${ROOT}Dockerfile`);
  const late: string[] = [];
  for (const path of await sourcesIn("src")) {
    for (
      const [, name] of (await readSource(path)).matchAll(/importLate<typeof import\("([^"]+)"\)>/g)
    ) {
      late.push(new URL(name!, new URL(path, "file:///")).pathname.slice(1));
    }
  }
  assert(late.length > 0);
  assertEquals(late.filter((module) => !dockerfile.includes(` ${module} `)), []);
});

Deno.test("the Dockerfile", async (test) => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  await Deno.mkdir(`${folder}/bin`);
  await Deno.copyFile(Deno.execPath(), `${folder}/bin/deno`);
  const built = await run(await tool("python"), [here("build_image.py"), ROOT, folder]);
  assert(built.success, built.said);
  const image = JSON.parse(built.said.slice(built.said.lastIndexOf('{"base"')));
  const app = image.root + image.workdir;

  await test.step("has the Deno version of the tests", () => {
    assertEquals(image.base, `denoland/deno:${Deno.version.deno}`);
  });

  await test.step("copies the files of the server, and no others", async () => {
    const there = (await Array.fromAsync(Deno.readDir(app))).map(({ name }) => name);
    const expected = ["deno.json", "deno.lock", "models", "node_modules", "routes", "src"];
    assertEquals(there.sort(), expected);
    const models = (await Array.fromAsync(Deno.readDir(`${app}/models`))).map(({ name }) => name);
    assertEquals(models.filter((name) => !/\.(json|ts|md)$|^\.\w+$/.test(name)).sort(), [
      "everyday8-int8.onnx",
      "everyday8-l-int8.onnx",
      "everyday8-l.onnx",
      "everyday8.onnx",
    ]);
  });

  await test.step("has the builds of the engine that the server loads, and no others", async () => {
    const builds = `${app}/node_modules/onnxruntime-web/dist`;
    const there = (await Array.fromAsync(Deno.readDir(builds))).map(({ name }) => name);
    assertEquals(there.sort(), [
      "ort-wasm-simd-threaded.asyncify.mjs",
      "ort-wasm-simd-threaded.asyncify.wasm",
      "ort-wasm-simd-threaded.mjs",
      "ort-wasm-simd-threaded.wasm",
      "ort.node.min.mjs",
      "ort.webgpu.bundle.min.mjs",
    ]);
  });

  await test.step("has the decoders of icodec that the server loads, and no others", async () => {
    const builds = `${app}/node_modules/icodec/dist`;
    const there = (await Array.fromAsync(Deno.readDir(builds))).map(({ name }) => name);
    assertEquals(there.sort(), ["avif-dec.wasm", "webp-dec.wasm"]);
  });

  await test.step("starts the server like deno task start, without downloads", () => {
    const [deno, run, cachedOnly, noPrompt, ...rest] = image.cmd;
    assertEquals([cachedOnly, noPrompt], ["--cached-only", "--no-prompt"]);
    assertEquals([deno, run, ...rest].join(" "), config.tasks.start.command);
    assertEquals(image.expose, image.env.PORT);
    assertMatch(image.user, /^[1-9]\d*:[1-9]\d*$/);
  });

  await test.step({
    name: `runs without network, disk and privileges, and drains when it ends${skipped}`,
    ignore,
    async fn() {
      await Deno.mkdir(`${folder}/empty`);
      await Deno.writeFile(`${folder}/photo`, fruitImage());
      const readOnly = "mount --make-rprivate / && mount --bind / / && mount -o remount,bind,ro /";
      const cutOff = `ip link set lo up && ${readOnly} && exec "$@"`;
      const asked = await run("unshare", [
        ...["--net", "--mount", "sh", "-c", cutOff, "sh"],
        ...[Deno.execPath(), "run", "-A", "--no-config", here("run_image.ts")],
        ...[folder, `${folder}/photo`],
      ], JSON.stringify(image));
      assert(asked.success, asked.said);
      const { network, disk, line, ...answers } = JSON.parse(
        asked.said.slice(asked.said.lastIndexOf('{"network"')),
      );
      assertMatch(network, /unreachable/i);
      assertMatch(disk, /read-only/i);
      assertMatch(line, /^Serving everyday8 at http:\/\/0\.0\.0\.0:8080 on \w+/);
      const { labels, ...rest } = answers;
      assert(labels.includes("orange"), JSON.stringify(labels));
      assertEquals(rest, {
        ready: 200,
        health: 0,
        statuses: [200, 200],
        code: 0,
        healthAfterwards: 1,
      });
    },
  });
  await Deno.remove(folder, { recursive: true });
});

function here(file: string): string {
  return new URL(file, HERE).pathname;
}

async function tool(name: string): Promise<string> {
  return new URL(name, await pythonTools(new URL("requirements.txt", HERE))).pathname;
}
