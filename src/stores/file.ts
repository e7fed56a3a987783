import { readdir, readFile, stat } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { commandLine } from "../core/command_line.ts";
import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { readCatalogue } from "./catalogue_file.ts";

/**
 * Creates a store that reads models from local files.
 *
 * A model id is either a name or the path of a manifest, which ends with `.json`. For a name, the
 * manifest is `NAME.json` in the folder. The graph is read from the folder of its manifest.
 *
 * @param folder URL of the folder with the models. Must end with a slash.
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
      const names = await graphFilesOf(manifest) ?? [];
      const files = [manifest, ...names.map((name) => new URL(name, manifest))];
      return (await Promise.all(files.map(fileStamp))).join();
    },
  };
}

/**
 * Reads the text of a manifest.
 *
 * @param folder URL of the folder with the models. Must end with a slash.
 * @param id Name of a model in the folder, or path of a manifest.
 * @throws {DomainError} `unknown-model`, if the manifest cannot be read.
 */
export async function readManifestText(folder: URL, id: string): Promise<string> {
  const bytes = await read(id, manifestUrl(folder, id), () => manifestHint(folder, id));
  return new TextDecoder().decode(bytes);
}

/**
 * Returns the end of the error message for a missing manifest. If `id` is a graph file, the text
 * names its manifest, or the command that writes one. For any other id, the text lists the models
 * in the folder.
 */
async function manifestHint(folder: URL, id: string): Promise<string> {
  if (id.endsWith(".onnx")) {
    const manifest = id.replace(/\.onnx$/, ".json");
    if (await isFile(manifest)) {
      return `: a graph needs a manifest, and ${manifest} is here: name it instead`;
    }
    return `: a graph needs a manifest, and ${commandLine(`model new ${id}`)} writes one`;
  }
  const ids = await listModels(folder).catch(() => []);
  return ids.length > 0 ? `: the models that are here are ${ids.join(", ")}` : "";
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}

function manifestUrl(folder: URL, id: string): URL {
  return id.endsWith(".json") ? pathToFileURL(id) : new URL(`${id}.json`, folder);
}

/**
 * Reads a file of a model.
 *
 * @param hint Function that returns the end of the error message for a missing file, for example a
 *   remedy.
 * @throws {DomainError} `unknown-model`, if the file cannot be read.
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

/**
 * Returns the end of the error message for a missing graph. If the catalogue contains the model,
 * the text names the command that downloads the graph.
 */
async function pullHint(folder: URL, manifest: URL): Promise<string> {
  // Ignores an unreadable catalogue, because the caller must see the error of the missing graph.
  const catalogue = await readCatalogue(folder).catch(() => []);
  const entry = catalogue.find(({ id }) => new URL(`${id}.json`, folder).href === manifest.href);
  return entry ? `: ${commandLine(`model pull ${entry.id}`)} fetches it` : "";
}

/**
 * Returns the size and the modification time of a file as a text, or a dash if the file is missing.
 */
async function fileStamp(file: URL): Promise<string> {
  return await stat(file).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => "-");
}

/** Part of a manifest that names the files of a model. The values are not checked yet. */
interface ManifestFiles {
  readonly graph?: ManifestGraph;
  readonly variants?: readonly ManifestGraph[];
}

/** Entry of a manifest for a graph. The values are not checked yet. */
interface ManifestGraph {
  readonly file?: string;
  readonly data?: readonly { readonly file: string }[];
}

/** Lists the ids of the models in a folder, sorted. Leaves out models whose graph is missing. */
export async function listModels(folder: URL): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw folderFault(folder, error);
  });
  const ids = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map(async (name) => {
      const files = await graphFilesOf(new URL(name, folder));
      return files?.every((file) => names.includes(file)) ? [name.slice(0, -".json".length)] : [];
    }),
  );
  return ids.flat().sort();
}

/**
 * Returns the names of the graphs and data files in a manifest, or null if the JSON file is not a
 * manifest.
 */
async function graphFilesOf(manifest: URL): Promise<string[] | null> {
  try {
    const json = JSON.parse(await readFile(manifest, "utf8")) as ManifestFiles | null;
    const graphs = [json?.graph ?? {}, ...(json?.variants ?? [])];
    const files = graphs.flatMap(({ file, data = [] }) => [file, ...data.map((each) => each.file)]);
    return files.every((file) => file !== undefined) ? files : null;
  } catch {
    return null;
  }
}

/** Returns an error that explains why the models folder cannot be read. */
function folderFault(folder: URL, error: unknown): Error {
  const { code } = error as { code?: string };
  const reasons: Record<string, string> = { ENOENT: "does not exist", ENOTDIR: "is a file" };
  return new Error(
    `Cannot list the models of ${fileURLToPath(folder)} as it ` +
      `${reasons[code ?? ""] ?? "cannot be read"}: set MODELS_DIR to a folder with manifests ` +
      "and graphs, or leave it unset for the models of this project",
    { cause: error },
  );
}
