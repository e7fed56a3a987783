import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DomainError } from "../core/domain_error.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { readCatalogue } from "./catalogue_file.ts";

/**
 * Models as files: `ID.json` in a folder, or any manifest by its path; the graph lies beside it.
 *
 * @param folder URL of the folder, with a slash at its end.
 */
export function fileModelStore(folder: URL): ModelStore {
  return {
    list: () => listModels(folder),
    manifest: async (id) => parseManifestText(id, await readManifestText(folder, id)),
    async graph(id, { file }) {
      const manifest = manifestUrl(folder, id);
      return await read(id, new URL(file, manifest), () => pullHint(folder, manifest));
    },
  };
}

/**
 * Reads the text of a manifest.
 *
 * @param folder URL of the folder, with a slash at its end.
 * @param id Model id, or path of a manifest.
 * @throws {DomainError} `unknown-model`.
 */
export async function readManifestText(folder: URL, id: string): Promise<string> {
  return new TextDecoder().decode(await read(id, manifestUrl(folder, id)));
}

function manifestUrl(folder: URL, id: string): URL {
  return id.endsWith(".json") ? pathToFileURL(id) : new URL(`${id}.json`, folder);
}

/**
 * Reads a file of a model.
 *
 * @param hint What to say after "is not here".
 */
async function read(
  id: string,
  url: URL,
  hint: () => Promise<string> = () => Promise.resolve(""),
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(url));
  } catch (error) {
    const { code } = error as { code?: string };
    const fault = code === "ENOENT" ? `is not here${await hint()}` : "cannot be read";
    throw new DomainError(
      "unknown-model",
      `Cannot load model "${id}" as ${
        decodeURIComponent(url.pathname.split("/").at(-1)!)
      } ${fault}`,
      { cause: error },
    );
  }
}

/** The command that fetches a graph, if there is one for the manifest. */
async function pullHint(folder: URL, manifest: URL): Promise<string> {
  // A catalogue that cannot be read is no reason to hide that the graph is missing.
  const catalogue = await readCatalogue(folder).catch(() => []);
  const entry = catalogue.find(({ id }) => new URL(`${id}.json`, folder).href === manifest.href);
  return entry ? `: deno task model pull ${entry.id} fetches it` : "";
}

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
