import { fileURLToPath } from "node:url";
import type { CatalogueEntry } from "../../manifest/catalogue.ts";
import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { parseManifestJson } from "../../manifest/parse_manifest_text.ts";
import { modelsFolder } from "../../platforms/host/models_folder.ts";
import { readCatalogue } from "../../stores/catalogue_file.ts";
import { readManifestText } from "../../stores/file.ts";
import type { Expectations } from "./download/fingerprint.ts";

/** Folder of models, and catalogue of the models that can be downloaded. */
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
  /** Files with weights of the graph, and variants of the graph with theirs. Often empty. */
  readonly others: readonly OtherFile[];
  /** True if the manifest contains the sizes and SHA-256 of all files. */
  readonly pinned: boolean;
}

/** File of a model beside its graph. */
export interface OtherFile {
  /** Name of the file, as it appears in the manifest. */
  readonly file: string;
  /** Path of the file. */
  readonly path: string;
  /** Expected size and hash of the file, if they are known. */
  readonly expected: Expectations;
}

/** Value of the key `graph` of a manifest. Sizes and hashes may be missing. */
interface UnpinnedGraph extends Expectations {
  readonly data?: readonly (Expectations & { readonly file: string })[];
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
 * command `model pull` adds these values.
 *
 * @throws {DomainError} `unknown-model` or `manifest-invalid`.
 */
export async function readModel({ folder }: Models, id: string): Promise<Model> {
  const text = await readManifestText(folder, id);
  const json = parseManifestJson(id, text) as { graph?: UnpinnedGraph } | null;
  const { title, licence, graph, variants = [] } = parseManifest({
    ...json,
    graph: { ...UNKNOWN, ...json?.graph, ...dataOf(json?.graph) },
  });
  const { bytes, sha256, data = [] } = json?.graph ?? {};
  const pathOf = (file: string) => fileURLToPath(new URL(file, folder));
  const others = [...data, ...variants.flatMap((variant) => [variant, ...variant.data ?? []])];
  return {
    id,
    title,
    licence,
    graph: pathOf(graph.file),
    expected: { bytes, sha256 },
    others: others.map(({ file, bytes, sha256 }) => {
      return { file, path: pathOf(file), expected: { bytes, sha256 } };
    }),
    pinned: [{ bytes, sha256 }, ...others].every(({ bytes, sha256 }) =>
      bytes !== undefined && sha256 !== undefined
    ),
  };
}

/**
 * Returns the list of data files from the key `graph` of a manifest, with placeholders for missing
 * sizes and hashes.
 */
function dataOf(graph: UnpinnedGraph | undefined): object {
  const { data } = graph ?? {};
  return Array.isArray(data) ? { data: data.map((each: object) => ({ ...UNKNOWN, ...each })) } : {};
}

/**
 * Finds a model in the catalogue.
 *
 * @param otherwise Start of the error message for an unknown model id. Must end with "the
 *   catalogue".
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
