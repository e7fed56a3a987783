import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Fingerprint } from "./download/fingerprint.ts";

/**
 * Writes the size and SHA-256 of a downloaded graph into its manifest.
 *
 * @param folder URL of the folder of the models. Ends with a slash.
 * @returns File name of the manifest.
 */
export async function pinGraph(
  folder: URL,
  id: string,
  { sha256, bytes }: Fingerprint,
): Promise<string> {
  const name = `${id}.json`;
  const path = fileURLToPath(new URL(name, folder));
  const manifest = JSON.parse(await readFile(path, "utf8")) as { graph: object };
  const pinned = { ...manifest, graph: { ...manifest.graph, sha256, bytes } };
  await writeFile(`${path}.part`, JSON.stringify(pinned, null, 2) + "\n");
  await rename(`${path}.part`, path);
  return name;
}
