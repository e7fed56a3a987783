import { gzipSync } from "node:zlib";
import { runWrangler } from "../../tests/platforms/workerd/wrangler.ts";
import type { CodeSize } from "../../src/planner/constants.ts";
import config from "../../deno.json" with { type: "json" };

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

/** Packages that only commands and tests use. */
const NOT_SERVED = /^(@types\/|@std\/|@bufbuild\/|cli-)/;

/** Measures the packages of a server in `node_modules`. */
export async function installedSize(): Promise<CodeSize> {
  const total = { bytes: 0, gzipped: 0 };
  for (const folder of await packageFolders()) await addFolder(folder, total);
  return total;
}

const STORE = new URL("../../node_modules/.deno/", import.meta.url);

/** Returns the folders of the packages in the import map and of their dependencies. */
async function packageFolders(): Promise<Set<string>> {
  const store = (await Array.fromAsync(Deno.readDir(STORE))).map(({ name }) => name);
  const found = new Set<string>();
  const visit = async (name: string, version?: string) => {
    const start = `${name.replace("/", "+")}@${version ?? ""}`;
    const entry = store.find((each) => each === start) ??
      store.find((each) => each.startsWith(start));
    if (entry === undefined) return; // optional, for other platforms
    const folder = new URL(`${entry}/node_modules/${name}/`, STORE).pathname;
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {} } = JSON.parse(await Deno.readTextFile(`${folder}package.json`));
    for (const dependency of Object.keys(dependencies)) await visit(dependency);
  };
  for (const [key, target] of Object.entries(config.imports)) {
    const [, name, version] = target.match(/^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/) ?? [];
    if (name && !NOT_SERVED.test(key)) await visit(name, version);
  }
  return found;
}

async function addFolder(
  folder: string,
  total: { bytes: number; gzipped: number },
): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}${name}`;
    if (isDirectory) await addFolder(`${path}/`, total);
    if (!isFile) continue;
    const content = await Deno.readFile(path);
    total.bytes += content.length;
    total.gzipped += gzipSync(content).length;
  }
}
