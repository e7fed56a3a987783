#!/usr/bin/env node
import { copyFile, cp, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "../src/commands/shared/run_command.ts";
import { COMPRESSED_FILES, MODEL_FILES, OWN_FILES, PACKAGE_FILES } from "./browser_files.ts";
import { checkWasm } from "./check_wasm.ts";
import { compressFile } from "./compress_file.ts";

const PACKAGE = new URL("../", import.meta.url);

// `retinanet-edge-page FOLDER` of the npm package: copies the files of a page, to serve unchanged.
await runCommand(async ([path]) => {
  if (path === undefined) throw new TypeError("Say where to copy to: retinanet-edge-page FOLDER");
  const target = pathToFileURL(`${resolve(path)}/`);
  await mkdir(new URL("models/", target), { recursive: true });
  await cp(new URL("browser/", PACKAGE), target, { recursive: true });
  for (const file of MODEL_FILES) {
    await copyFile(new URL(`models/${file}`, PACKAGE), new URL(`models/${file}`, target));
  }
  for (const file of OWN_FILES) {
    await copyFile(new URL(file, PACKAGE), new URL(nameOf(file), target));
  }
  for (const file of PACKAGE_FILES) {
    const source = sourceOf(file);
    await checkWasm(source);
    await copyFile(source, new URL(nameOf(file), target));
  }
  for (const file of COMPRESSED_FILES) await compressFile(sourceOf(file), target);
  console.log(`A page can import ${new URL("retinanet-edge.js", target).pathname}`);
});

/** Returns the URL of a file of an npm package that this package carries. */
function sourceOf(file: string): URL {
  return new URL(`vendor/${file.replace("/dist/", "/")}`, PACKAGE);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
