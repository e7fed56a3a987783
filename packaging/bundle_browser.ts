// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import { build, type BuildOptions, stop } from "npm:esbuild@0.28.2";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { MODEL_FILES, PACKAGE_FILES } from "./browser_files.ts";
import { zodForPages } from "./zod_for_pages.ts";

const ROOT = new URL("../", import.meta.url);

const COMMON: BuildOptions = {
  absWorkingDir: fileURLToPath(ROOT),
  bundle: true,
  format: "esm",
  platform: "browser",
  // Of 2023, when browsers learnt what the code uses of wasm and of JavaScript.
  target: ["chrome120", "firefox121", "safari17"],
  // onnxruntime-web's start-up module stays a file of its own, as its threads start from it.
  conditions: ["onnxruntime-web-use-extern-wasm"],
  plugins: [zodForPages],
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
};

/**
 * Makes the folder that a page needs, to be served as it is: `retinanet-edge.js` to import, its
 * chunks, the worker's script, wasm files and the everyday model. What was there before goes.
 *
 * @param target URL of the folder, with a slash at its end.
 */
export async function bundleBrowser(target: URL): Promise<void> {
  const outdir = fileURLToPath(target);
  await rm(target, { recursive: true, force: true });
  try {
    await build({
      ...COMMON,
      entryPoints: { "retinanet-edge": "src/platforms/browser/embed.ts" },
      outdir,
      splitting: true,
      chunkNames: "chunk-[hash]",
    });
    // In one file, so that it can be started from wherever a page's own bundler moves it to.
    await build({ ...COMMON, entryPoints: ["src/platforms/browser/worker.ts"], outdir });
  } finally {
    await stop();
  }
  for (const file of PACKAGE_FILES) {
    await copyFile(new URL(`node_modules/${file}`, ROOT), new URL(nameOf(file), target));
  }
  await mkdir(new URL("models/", target), { recursive: true });
  for (const file of MODEL_FILES) {
    await copyFile(new URL(`models/${file}`, ROOT), new URL(`models/${file}`, target));
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
