import { buildPackage } from "../../../packaging/build_package.ts";
import { filesIn } from "../../../packaging/tools.ts";

const ROOT = new URL("../../../", import.meta.url);
/** What the package is made of. */
const SOURCES = ["src", "routes", "models", "packaging", "deno.json"];

let built: Promise<URL> | undefined;

/**
 * Folder of the npm package, within the project, where it finds what it depends on.
 *
 * It is built once for each state of the sources, in a folder that nobody changes under a server.
 */
export function builtPackage(): Promise<URL> {
  return built ??= build();
}

async function build(): Promise<URL> {
  const folder = new URL(`dist/hosts/${await stateOfSources()}/`, ROOT);
  const isThere = await Deno.stat(folder).then(() => true, () => false);
  if (!isThere) {
    await removeOld(new URL("../", folder));
    await buildPackage(folder);
  }
  return folder;
}

/** Those of yesterday are in nobody's use. */
async function removeOld(folder: URL): Promise<void> {
  const yesterday = Date.now() - 24 * 3600 * 1000;
  for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
    const { mtime } = await Deno.stat(new URL(name, folder));
    if (Number(mtime) < yesterday) await Deno.remove(new URL(name, folder), { recursive: true });
  }
}

/** A name for the sources as they are now. */
async function stateOfSources(): Promise<string> {
  const lines: string[] = [];
  for (const source of SOURCES) {
    const path = new URL(source, ROOT).pathname;
    const { isFile } = await Deno.stat(path);
    for await (const file of isFile ? [path] : filesIn(path)) {
      const { mtime, size } = await Deno.stat(file);
      lines.push(`${file} ${size} ${mtime?.getTime()}`);
    }
  }
  const text = new TextEncoder().encode(lines.sort().join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text)).toHex().slice(0, 16);
}
