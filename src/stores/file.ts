import { readdir, readFile, stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { readCatalogue } from "./catalogue_file.ts";

/**
 * Creates a store of models that are files.
 *
 * A model id stands for `ID.json` in a folder. The path of any manifest is accepted as an id, too.
 * The graph lies beside its manifest.
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
    async stamp(id) {
      const manifest = manifestUrl(folder, id);
      const graph = await graphOf(manifest);
      const files = graph === null ? [manifest] : [manifest, new URL(graph, manifest)];
      return (await Promise.all(files.map(fileStamp))).join();
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
 * @param hint Returns the text that follows "is not here" in the message.
 * @throws {DomainError} `unknown-model`.
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
      `Cannot load model "${id}" as ${fileNameOf(url)} ${fault}`,
      { cause: error },
    );
  }
}

/** Names the command that downloads the graph of a manifest, if the catalogue lists the graph. */
async function pullHint(folder: URL, manifest: URL): Promise<string> {
  // The missing graph is the error to report, even if the catalogue is unreadable as well.
  const catalogue = await readCatalogue(folder).catch(() => []);
  const entry = catalogue.find(({ id }) => new URL(`${id}.json`, folder).href === manifest.href);
  return entry ? `: deno task model pull ${entry.id} fetches it` : "";
}

/** Returns the size and the time of the last change of a file, or a dash if it is not there. */
async function fileStamp(file: URL): Promise<string> {
  return await stat(file).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => "-");
}

/** Lists the ids of the manifests in a folder whose graph lies beside them, sorted. */
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

/** Returns the graph that a JSON file names, or null if the file is not a manifest. */
async function graphOf(file: URL): Promise<string | null> {
  try {
    const json = JSON.parse(await readFile(file, "utf8")) as { graph?: { file?: string } } | null;
    return json?.graph?.file ?? null;
  } catch {
    return null;
  }
}
