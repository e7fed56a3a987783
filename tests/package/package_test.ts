import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { bundleBrowser } from "../../packaging/bundle_browser.ts";
import { EXPORTS } from "../../packaging/entries.ts";
import { filesIn, npmInstall, ROOT, runTool } from "../../packaging/tools.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { openEveryday8 } from "../everyday8.ts";
import { executable, type RuntimeName } from "../platforms/hosts/executable.ts";
import { startHost } from "../platforms/hosts/start_host.ts";
import { startWorkerd } from "../platforms/workerd/start_workerd.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { sceneJpeg } from "../sample_images/fruit_scene.ts";
import { launchChromium, NO_BROWSER } from "../platforms/browser/chromium.ts";
import { servePages } from "../platforms/browser/serve_pages.ts";
import { missingShared, SHARED } from "../testing.ts";
import { installPackage } from "./installed_package.ts";
import { markdownProgram } from "./markdown_program.ts";

const PROJECT = new URL("project/", import.meta.url);
const PHOTO = "photos/cat_1080p.jpg";
const MISSING_PHOTO = missingShared(PHOTO);

/** Files of other packages that the package carries. */
const VENDORED = [
  "icodec/LICENSE",
  "icodec/avif-dec.wasm",
  "icodec/webp-dec.wasm",
  "onnxruntime-web/LICENSE",
  "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs",
  "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm",
  "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs",
  "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm",
  "onnxruntime-web/ort-wasm-simd-threaded.mjs",
  "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  "onnxruntime-web/ort.jspi.min.mjs",
  "onnxruntime-web/ort.node.min.mjs",
  "onnxruntime-web/ort.wasm.bundle.min.mjs",
  "onnxruntime-web/ort.wasm.min.mjs",
  "onnxruntime-web/ort.webgpu.bundle.min.mjs",
  "onnxruntime-web/ort.webgpu.min.mjs",
];

/** Rounds all numbers, because JavaScript engines differ in the last digit of an exponential. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) => {
    return typeof part === "number" ? Number(part.toFixed(6)) : part;
  });
}

/**
 * Returns the bytes of each file of a folder, by its path in the folder. Counts the content of a
 * `.gz` file, because each runtime compresses in its own way.
 */
async function sizesIn(folder: string): Promise<Record<string, number>> {
  const files = (await Array.fromAsync(filesIn(folder))).sort();
  const sizes = files.map(async (file) => {
    const size = file.endsWith(".gz")
      ? gunzipSync(await Deno.readFile(file)).length
      : (await Deno.stat(file)).size;
    return [file.slice(folder.length), size] as const;
  });
  return Object.fromEntries(await Promise.all(sizes));
}

/** Page of a user, which Vite bundles with the package. */
const VITE_PAGE = `<!doctype html><script type="module">
import { createDetector } from "retinanet-edge";

globalThis.found = async (worker) => {
  const options = { model: "everyday8", engine: "wasm", assets: "/retinanet-edge/", worker };
  const detector = await createDetector(options);
  const { detections } = await detector.detect(await (await fetch("/fruit.png")).blob());
  await detector.close();
  return detections[0].label;
};
</script>`;

/** Builds the page into the folder `dist` of a project, without a configuration. */
async function buildWithVite(project: string): Promise<void> {
  await Deno.writeTextFile(`${project}/index.html`, VITE_PAGE);
  await npmInstall(["vite@8.3.8"], project);
  const build = new Deno.Command(await executable("node22"), {
    args: ["node_modules/vite/bin/vite.js", "build"],
    cwd: project,
    env: { NO_COLOR: "1" },
  });
  const { success, stderr } = await build.output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the npm package, packed and installed in an empty project", async (test) => {
  await using installed = await installPackage();
  const { folder, packed } = installed;
  for await (const { name } of Deno.readDir(PROJECT)) {
    await Deno.copyFile(new URL(name, PROJECT), `${folder}/${name}`);
  }
  await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
  // Files that the programs of the documents read.
  await Deno.writeFile(`${folder}/photo.jpg`, fruitImage());
  await Deno.mkdir(`${folder}/models`);
  const manifest = await Deno.readTextFile(new URL("models/everyday8.json", ROOT));
  const street = manifest.replace('"everyday8.onnx"', '"street.onnx"');
  await Deno.writeTextFile(`${folder}/models/street.json`, street);
  await Deno.copyFile(new URL("models/everyday8.onnx", ROOT), `${folder}/models/street.onnx`);

  /** Runs a script and returns the JSON that it prints. */
  const outputOf = async (runtime: RuntimeName | "deno", ...args: string[]) => {
    const isDeno = runtime === "deno";
    const command = new Deno.Command(isDeno ? Deno.execPath() : await executable(runtime), {
      args: isDeno ? ["run", "-A", "--no-lock", ...args] : args,
      cwd: folder,
      env: { NO_COLOR: "1" },
    });
    const { success, stdout, stderr } = await command.output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  };

  await test.step("takes less than 115 MB with its dependencies", async () => {
    const sizes = Object.values(await sizesIn(`${folder}/node_modules`));
    assertLess(sizes.reduce((sum, size) => sum + size, 0), 115_000_000);
  });

  const detector = await openEveryday8();
  const expectedIn = async (image: Uint8Array) =>
    rounded((await detector.detect(image)).detections);

  for (const runtime of ["node22", "node24", "bun", "deno"] as const) {
    await test.step(`gives the same detections on ${runtime}, and lets the program end`, async () => {
      const { found } = await outputOf(runtime, "detect.mjs", "fruit.png");
      assertGreater(found.length, 0);
      assertEquals(rounded(found), await expectedIn(fruitImage()));
    });
  }

  await test.step("gives the same detections for a 1080p JPEG", async () => {
    const scene = await sceneJpeg();
    await Deno.writeFile(`${folder}/scene.jpg`, scene);
    const { found } = await outputOf("node22", "detect.mjs", "scene.jpg");
    assertEquals(found[0].label, "orange");
    assertEquals(rounded(found), await expectedIn(scene));
  });

  await test.step({
    name: `finds the cat in a real photo${MISSING_PHOTO ? ` (skipped: ${MISSING_PHOTO})` : ""}`,
    ignore: MISSING_PHOTO !== undefined,
    async fn() {
      const photo = await Deno.readFile(new URL(PHOTO, SHARED));
      await Deno.writeFile(`${folder}/cat.jpg`, photo);
      const { found } = await outputOf("node22", "detect.mjs", "cat.jpg");
      assertEquals(found[0].label, "cat");
      assertEquals(rounded(found), await expectedIn(photo));
    },
  });
  await detector.close();

  await test.step("answers requests inside another app", async () => {
    const { status, labels } = await outputOf("node22", "app.mjs", "fruit.png");
    assertEquals(status, 200);
    assert(labels.includes("orange"), labels);
  });

  for (const runtime of ["node22", "bun", "deno"] as const) {
    await test.step(`answers other requests during a detection with a worker on ${runtime}`, async () => {
      const { apart, here } = await outputOf(runtime, "responsive.mjs", "fruit.png");
      assertEquals(apart, ["/healthz 200", ...Array(4).fill("/detect 200")]);
      // The twin: on the calling thread, the images that came earlier are first.
      assertEquals(here[0], "/detect 200");
    });
  }

  await test.step("has no side effects when it is imported", async () => {
    const ways = [["node22"], ["node22", "--conditions=browser"], ["node24"], ["bun"]] as const;
    for (const [runtime, ...flags] of ways) {
      const { globals, resources } = await outputOf(runtime, ...flags, "import.mjs");
      // zod keeps its configuration in a global.
      assertEquals(globals.filter((name: string) => !name.startsWith("__zod_global")), []);
      assertEquals(resources, []);
    }
  });

  await test.step("serves as a command", async () => {
    const command = await executable("node22");
    const server = await startHost({
      command,
      args: [`${folder}/node_modules/.bin/retinanet-edge`],
    });
    const response = await fetch(`${server.url}/detect`, { method: "POST", body: fruitImage() });
    assertEquals((await response.json()).detections[0].label, "orange");
    assertEquals(await server.stop(), 0);
  });

  for (const runtime of ["node22", "bun"] as const) {
    await test.step(`detects as a command on ${runtime}`, async () => {
      const script = "node_modules/.bin/retinanet-edge";
      const args = [script, "detect", "photo.jpg", "--json", "--out", `boxes-${runtime}/`];
      const { detections: [best] } = await outputOf(runtime, ...args);
      assertEquals(best.label, "orange");
      // The photo is a PNG, whatever its name says.
      const drawn = await Deno.readFile(`${folder}/boxes-${runtime}/photo.png`);
      assertEquals(readHeader(drawn).width, 640);
    });
  }

  await test.step("npx finds the command, which has no wrong argument", async () => {
    const { code, stdout, stderr } = await new Deno.Command("npx", {
      args: ["--no-install", "retinanet-edge", "detect", "photo.jpg", "--max=0"],
      cwd: folder,
    }).output();
    assertEquals([code, stdout.length], [1, 0]);
    assertStringIncludes(new TextDecoder().decode(stderr), "Usage: retinanet-edge detect");
  });

  for (const page of ["docs/embedding.md", "packaging/README.md"]) {
    await test.step(`runs the program of ${page}`, async () => {
      const program = await markdownProgram(new URL(page, ROOT));
      await Deno.writeTextFile(`${folder}/program.mjs`, program);
      const { success, stdout, stderr } = await new Deno.Command(await executable("node22"), {
        args: ["program.mjs"],
        cwd: folder,
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      assertStringIncludes(new TextDecoder().decode(stdout), "orange");
    });
  }

  await test.step("answers on workerd, in a user's Worker", async () => {
    await using worker = await startWorkerd({ config: `${folder}/wrangler.toml` });
    const response = await fetch(`${worker.url}/detect`, { method: "POST", body: fruitImage() });
    assertEquals((await response.json()).detections[0].label, "orange");
  });

  await test.step("copies all files that a page needs", async () => {
    const program = await executable("node22");
    const copying = new Deno.Command(program, {
      args: ["node_modules/.bin/retinanet-edge-page", "public"],
      cwd: folder,
    });
    assert((await copying.output()).success);
    const bundle = `${folder}/bundle`;
    await bundleBrowser(new URL(`file://${bundle}/`));
    assertEquals(await sizesIn(`${folder}/public`), await sizesIn(bundle));
  });

  await test.step({
    name: "detects in a page that Vite built without a configuration, without wasm of its own",
    ignore: NO_BROWSER !== undefined,
    async fn() {
      await Deno.rename(`${folder}/public`, `${folder}/copied`);
      await Deno.mkdir(`${folder}/public`);
      await Deno.rename(`${folder}/copied`, `${folder}/public/retinanet-edge`);
      await buildWithVite(folder);
      const assets = Object.keys(await sizesIn(`${folder}/dist/assets`));
      assertGreater(assets.length, 1);
      assertEquals(assets.filter((path) => !path.endsWith(".js")), []);
      await using server = servePages({
        folder: new URL(`file://${folder}/dist/`),
        files: { "/fruit.png": fruitImage() },
      });
      await using stack = new AsyncDisposableStack();
      const browser = stack.adopt(await launchChromium(), (each) => each.close());
      const page = await browser.newPage();
      await page.goto(`${server.url}index.html`);
      await page.waitForFunction(`"found" in globalThis`);
      assertEquals(await page.evaluate("found(true)"), "orange");
      assertEquals(await page.evaluate("found(false)"), "orange");
    },
  });

  for (const compiler of ["tsc", "tsc5"] as const) {
    for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]] as const) {
      await test.step(`has types for ${compiler}, strict, ${resolution}`, async () => {
        const options = ["--noEmit", "--strict", "--target", "es2022", "--types", "node"];
        const how = ["--module", module, "--moduleResolution", resolution];
        const config = compiler === "tsc" ? ["--ignoreConfig"] : [];
        await runTool(compiler, [...options, ...how, ...config, "consumer.ts"], folder);
      });
    }
  }

  await test.step("has types without those of Node, by every condition", async () => {
    for (const condition of Object.keys(EXPORTS["."]!)) {
      const options = ["--noEmit", "--strict", "--target", "es2022", "--ignoreConfig"];
      const how = ["--module", "esnext", "--moduleResolution", "bundler", "--types", ""];
      const conditions = condition === "default" ? [] : ["--customConditions", condition];
      await runTool("tsc", [...options, ...how, ...conditions, "page.ts"], folder);
    }
  });

  await test.step("passes publint and arethetypeswrong", async () => {
    await runTool("publint", ["run", "--strict", packed.file], folder);
    await runTool("attw", ["--profile", "esm-only", packed.file], folder);
  });

  await test.step("is no larger than the docs say, and has no other files", () => {
    assertLess(packed.size, 12_500_000 + 16_000_000);
    const vendored = packed.files.filter(({ path }) => path.startsWith("vendor/"));
    const vendoredBytes = vendored.reduce((bytes, { size }) => bytes + size, 0);
    // The JPEG and PNG decoders take 0.14 MB; they replace a dependency of several megabytes. The
    // page and the API reference take 0.4 MB, all commands and what they need 0.6 MB, and the
    // letters of drawings 0.1 MB.
    assertLess(packed.unpackedSize - vendoredBytes, 18_500_000);
    // onnxruntime-web and icodec as dependencies took 162 MB.
    assertLess(vendoredBytes, 61_000_000);
    assertEquals(vendored.map(({ path }) => path.slice("vendor/".length)).sort(), VENDORED);
    const unexpected = packed.files.filter(({ path }) =>
      !/^vendor\/|^(browser|packaging|src|routes|models)\/[\w./-]+\.(js|d\.ts|LEGAL\.txt)$|^src\/codecs\/(jpeg|png)\.wasm$|^src\/(describe|draw\/font|planner)\/\w+\.json$|^models\/everyday8(-int8)?\.|^(LICENSE|README\.md|package\.json)$/
        .test(path)
    );
    assertEquals(unexpected, []);
  });
});
