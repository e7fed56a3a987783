import { fileURLToPath } from "node:url";
import type { CatalogueEntry } from "../../manifest/catalogue.ts";
import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { parseManifestJson } from "../../manifest/parse_manifest_text.ts";
import { modelsFolder } from "../../platforms/host/models_folder.ts";
import { readCatalogue } from "../../stores/catalogue_file.ts";
import { readManifestText } from "../../stores/file.ts";
import type { Expectations } from "./download/fingerprint.ts";

/** Folder of models, with its catalogue. */
export interface Models {
  /** URL of the folder. Ends with a slash. */
  readonly folder: URL;
  /** Models whose graph can be downloaded. */
  readonly catalogue: readonly CatalogueEntry[];
}

/** Model in a folder. The file of its graph may be missing until it is downloaded. */
export interface Model extends Pick<Manifest, "id" | "title" | "licence"> {
  /** Path of the graph. */
  readonly graph: string;
  /** Expected size and hashes of the graph, if they are known. */
  readonly expected: Expectations;
  /** True if the manifest contains the size and the SHA-256 of the graph. */
  readonly pinned: boolean;
}

/** Model whose graph can be downloaded. */
export interface CatalogueModel extends Model {
  /** Entry of the catalogue. */
  readonly entry: CatalogueEntry;
}

/** Placeholder in a manifest for a size and a hash that are not known yet. */
const UNKNOWN = { sha256: "0".repeat(64), bytes: 1 };

/**
 * Opens a folder of models.
 *
 * @param path Path of the folder. Undefined: the folder `models` of the project.
 */
export async function openModels(path: string | undefined): Promise<Models> {
  const folder = modelsFolder(path);
  return { folder, catalogue: await readCatalogue(folder) };
}

/**
 * Reads the manifest of a model. Accepts a manifest without the size and hash of the graph: the
 * command `model pull` adds them.
 *
 * @throws {DomainError} `unknown-model` or `manifest-invalid`.
 */
export async function readModel({ folder }: Models, id: string): Promise<Model> {
  const text = await readManifestText(folder, id);
  const json = parseManifestJson(id, text) as { graph?: Expectations } | null;
  const { title, licence, graph } = parseManifest({
    ...json,
    graph: { ...UNKNOWN, ...json?.graph },
  });
  const { bytes, sha256 } = json?.graph ?? {};
  return {
    id,
    title,
    licence,
    graph: fileURLToPath(new URL(graph.file, folder)),
    expected: { bytes, sha256 },
    pinned: bytes !== undefined && sha256 !== undefined,
  };
}

/**
 * Finds a model in the catalogue.
 *
 * @param otherwise Start of the error message for an unknown id. Must end with "the catalogue".
 * @throws {Error} If the catalogue does not contain the id. The message lists the known ids.
 */
export async function findInCatalogue(
  models: Models,
  id: string,
  otherwise: string,
): Promise<CatalogueModel> {
  const entry = models.catalogue.find((each) => each.id === id);
  if (!entry) {
    const ids = models.catalogue.map((each) => each.id).join(", ") || "no model";
    throw new Error(`${otherwise}, which has ${ids}`);
  }
  const model = await readModel(models, id);
  const { bytes = entry.bytes, sha256 = entry.sha256 } = model.expected;
  return { ...model, entry, expected: { bytes, sha256, md5: entry.md5 } };
}
