// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import { build, type BuildOptions, type Plugin, stop } from "npm:esbuild@0.28.2";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { COMPRESSED_FILES, MODEL_FILES, OWN_FILES, PACKAGE_FILES } from "./browser_files.ts";
import { checkWasm } from "./check_wasm.ts";
import { compressFile } from "./compress_file.ts";
import { ROOT } from "./tools.ts";
import { zodForPages } from "./zod_for_pages.ts";

/**
 * Leaves the code of drawings out. Runtimes of pages have no encoder, so that a detector there has
 * no `draw()`, and never imports this code.
 */
const withoutDrawings: Plugin = {
  name: "without-drawings",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/detect\/draw_image\.ts$/ }, () => ({ contents: "export {};" }));
  },
};

/** Options of both builds. */
const COMMON: BuildOptions = {
  absWorkingDir: fileURLToPath(ROOT),
  bundle: true,
  format: "esm",
  platform: "browser",
  // Releases of 2023: the first with all wasm and JavaScript features that the code uses.
  target: ["chrome120", "firefox121", "safari17"],
  // Keeps onnxruntime-web's start-up module a separate file, because its threads load that file.
  conditions: ["onnxruntime-web-use-extern-wasm"],
  plugins: [zodForPages, withoutDrawings],
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
};

/**
 * Builds the folder that a page needs, to be served unchanged: `retinanet-edge.js` to import, its
 * chunks, the script of the Web Worker, wasm files and the everyday8 model. Deletes an old folder.
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
    // One file without chunks, so that it runs wherever a page's own bundler moves it to.
    const worker = { browser_worker: "src/platforms/browser/worker.ts" };
    await build({ ...COMMON, entryPoints: worker, outdir });
  } finally {
    await stop();
  }
  for (const file of OWN_FILES) {
    await copyFile(new URL(file, ROOT), new URL(nameOf(file), target));
  }
  for (const file of PACKAGE_FILES) {
    const source = new URL(`node_modules/${file}`, ROOT);
    await checkWasm(source);
    await copyFile(source, new URL(nameOf(file), target));
  }
  for (const file of COMPRESSED_FILES) {
    await compressFile(new URL(`node_modules/${file}`, ROOT), target);
  }
  await mkdir(new URL("models/", target), { recursive: true });
  for (const file of MODEL_FILES) {
    await copyFile(new URL(`models/${file}`, ROOT), new URL(`models/${file}`, target));
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
