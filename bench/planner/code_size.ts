import { gzipSync } from "node:zlib";
import { npmInstall } from "../../packaging/tools.ts";
import type { CodeSize } from "../../src/planner/constants.ts";
import { packedPackage } from "../../tests/packed_package.ts";
import { runWrangler } from "../../tests/platforms/workerd/wrangler.ts";

/** Measures the bundle of the Worker with its wasm, by `wrangler deploy --dry-run`. */
export async function bundleSize(): Promise<CodeSize> {
  const folder = await Deno.makeTempDir();
  const printed = await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
  await Deno.remove(folder, { recursive: true });
  const total = printed.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/);
  if (total === null) throw new Error(`Cannot find the size of the bundle in: ${printed}`);
  const [, raw, gzipped] = total;
  return { bytes: Math.round(Number(raw) * 1024), gzipped: Math.round(Number(gzipped) * 1024) };
}

/**
 * Measures the folder `node_modules` of a program that has this package. The plan adds the graph, so
 * graphs do not count.
 */
export async function installedSize(): Promise<CodeSize> {
  const folder = await Deno.makeTempDir();
  try {
    const { file } = await packedPackage();
    await npmInstall([file], folder);
    const total = { bytes: 0, gzipped: 0 };
    await addFolder(`${folder}/node_modules/`, total);
    return total;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function addFolder(
  folder: string,
  total: { bytes: number; gzipped: number },
): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}${name}`;
    if (isDirectory) await addFolder(`${path}/`, total);
    if (!isFile || name.endsWith(".onnx")) continue;
    const content = await Deno.readFile(path);
    total.bytes += content.length;
    total.gzipped += gzipSync(content).length;
  }
}
