import { gzipSync } from "node:zlib";
import { runWrangler } from "../../tests/platforms/workerd/wrangler.ts";
import config from "../../deno.json" with { type: "json" };

/** Bytes, and bytes once they are gzipped. */
export interface CodeSize {
  readonly bytes: number;
  readonly gzipped: number;
}

/** The Worker's bundle with its wasm, by `wrangler deploy --dry-run`. */
export async function bundleSize(): Promise<CodeSize> {
  const folder = await Deno.makeTempDir();
  const printed = await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
  await Deno.remove(folder, { recursive: true });
  const [, raw, gzipped] = printed.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/)!;
  return { bytes: Math.round(Number(raw) * 1024), gzipped: Math.round(Number(gzipped) * 1024) };
}

/** Packages that only the command lines and the tests use. */
const NOT_SERVED = /^(@types\/|@std\/|@bufbuild\/|cli-)/;

/** Every package that a server needs, as it lies in `node_modules`. */
export async function installedSize(): Promise<CodeSize> {
  const total = { bytes: 0, gzipped: 0 };
  for (const folder of await packageFolders()) await addFolder(folder, total);
  return total;
}

const STORE = new URL("../../node_modules/.deno/", import.meta.url);

/** The packages of the import map and all that they depend on. */
async function packageFolders(): Promise<Set<string>> {
  const store = (await Array.fromAsync(Deno.readDir(STORE))).map(({ name }) => name);
  const found = new Set<string>();
  const visit = async (name: string, version?: string) => {
    const start = `${name.replace("/", "+")}@${version ?? ""}`;
    const entry = store.find((each) => each === start) ??
      store.find((each) => each.startsWith(start));
    if (entry === undefined) return; // optional, and not for this platform
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
