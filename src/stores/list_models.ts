import { readdir, readFile } from "node:fs/promises";

/** Ids of the manifests in a folder whose graph lies beside them. */
export async function listModels(folder: URL): Promise<string[]> {
  const names = await readdir(folder);
  const ids = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map(async (name) => {
      const file = await graphOf(new URL(name, folder));
      return file !== null && names.includes(file) ? [name.slice(0, -".json".length)] : [];
    }),
  );
  return ids.flat().sort();
}

/** The graph that a file names if it is a manifest; other JSON may lie there too. */
async function graphOf(file: URL): Promise<string | null> {
  try {
    const json = JSON.parse(await readFile(file, "utf8")) as { graph?: { file?: string } } | null;
    return json?.graph?.file ?? null;
  } catch {
    return null;
  }
}
