import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Fingerprint } from "./download/fingerprint.ts";

/** Part of a manifest that {@linkcode pinGraph} changes. */
interface Unpinned {
  readonly graph: { readonly data?: readonly object[] };
}

/**
 * Writes the size and SHA-256 of a downloaded graph into its manifest.
 *
 * @param folder URL of the folder of the models. Ends with a slash.
 * @param others Fingerprints of the files beside the graph. The data files of the graph come first,
 *   in the order of the manifest.
 * @returns File name of the manifest.
 */
export async function pinGraph(
  folder: URL,
  id: string,
  { sha256, bytes }: Fingerprint,
  others: readonly Fingerprint[] = [],
): Promise<string> {
  const name = `${id}.json`;
  const path = fileURLToPath(new URL(name, folder));
  const manifest = JSON.parse(await readFile(path, "utf8")) as Unpinned;
  const { graph } = manifest;
  const files = graph.data?.map((file, i) => {
    const { sha256, bytes } = others[i] ?? {};
    return { ...file, sha256, bytes };
  });
  const pinned = { ...manifest, graph: { ...graph, sha256, bytes, data: files } };
  await writeFile(`${path}.part`, JSON.stringify(pinned, null, 2) + "\n");
  await rename(`${path}.part`, path);
  return name;
}
