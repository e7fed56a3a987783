import { filesIn } from "../packaging/tools.ts";

const ROOT = new URL("../", import.meta.url);
/** Paths of the sources of the npm package and of the browser bundle. */
const SOURCES = ["src", "routes", "models", "packaging", "deno.json"];

/**
 * Builds a folder once for each state of the sources, however many test files ask for it.
 *
 * Test files run in isolates of their own, two at a time, so that a variable cannot hold the
 * result. A lock on a file lets the second isolate wait for the build of the first.
 *
 * @param kind Name of the folder below `dist`.
 * @param build Fills the folder whose URL it gets.
 * @returns URL of the built folder, which stays until it is a day old.
 */
export async function builtOnce(
  kind: string,
  build: (folder: URL) => Promise<unknown>,
): Promise<URL> {
  const folders = new URL(`dist/${kind}/`, ROOT);
  await Deno.mkdir(folders, { recursive: true });
  using lock = await Deno.open(new URL("lock", folders), { write: true, create: true });
  await lock.lock(true);
  const folder = new URL(`${await stateOfSources()}/`, folders);
  if (await exists(folder)) return folder;
  await removeOld(folders);
  // A build that fails leaves no folder under the name that stands for a whole one.
  const beside = new URL(`building-${crypto.randomUUID()}/`, folders);
  await build(beside);
  await Deno.rename(beside, folder);
  return folder;
}

async function exists(folder: URL): Promise<boolean> {
  return await Deno.stat(folder).then(() => true, () => false);
}

/** Removes folders older than a day, which no server uses any more. */
async function removeOld(folders: URL): Promise<void> {
  const yesterday = Date.now() - 24 * 3600 * 1000;
  for await (const { name, isDirectory } of Deno.readDir(folders)) {
    const { mtime } = await Deno.stat(new URL(name, folders));
    const isOld = isDirectory && Number(mtime) < yesterday;
    if (isOld) await Deno.remove(new URL(name, folders), { recursive: true });
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
