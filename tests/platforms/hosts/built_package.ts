import { buildPackage } from "../../../packaging/build_package.ts";
import { filesIn } from "../../../packaging/tools.ts";

const ROOT = new URL("../../../", import.meta.url);
/** Paths of the package's sources. */
const SOURCES = ["src", "routes", "models", "packaging", "deno.json"];

let built: Promise<URL> | undefined;

/**
 * Builds the npm package inside the project, where it finds its dependencies in `node_modules`.
 *
 * Each state of the sources is built once, into a folder of its own, so that no build changes the
 * files of a running server.
 *
 * @returns URL of the package's folder.
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

/** Removes packages older than a day, which no server uses any more. */
async function removeOld(folder: URL): Promise<void> {
  const yesterday = Date.now() - 24 * 3600 * 1000;
  for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
    const { mtime } = await Deno.stat(new URL(name, folder));
    if (Number(mtime) < yesterday) await Deno.remove(new URL(name, folder), { recursive: true });
  }
}

/** Returns a name for the current state of the sources. */
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
