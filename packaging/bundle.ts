import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { bundleBrowser } from "./bundle_browser.ts";

// `deno task bundle`: builds dist/browser and prints the size of each file.
const target = new URL("../dist/browser/", import.meta.url);
await bundleBrowser(target);
const files = await readdir(target, { recursive: true, withFileTypes: true });
for (const { name, parentPath } of files.filter((file) => file.isFile())) {
  const bytes = await readFile(`${parentPath}/${name}`);
  console.log(`${kilobytes(bytes)} ${kilobytes(gzipSync(bytes))} gzipped  ${name}`);
}

function kilobytes({ length }: Uint8Array): string {
  return `${(length / 1000).toFixed(1).padStart(8)} kB`;
}
