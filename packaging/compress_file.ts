import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/**
 * Compresses a file with gzip.
 *
 * @param target URL of the folder for the compressed file, whose name gets the extension `.gz`.
 */
export async function compressFile(source: URL, target: URL): Promise<void> {
  const name = source.pathname.slice(source.pathname.lastIndexOf("/") + 1);
  const bytes = await promisify(gzip)(await readFile(source), { level: 9 });
  await writeFile(new URL(`${name}.gz`, target), bytes);
}
