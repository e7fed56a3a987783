import { fileURLToPath } from "node:url";
import type { CatalogueEntry } from "../../manifest/catalogue.ts";
import { type Manifest, parseManifest } from "../../manifest/manifest.ts";
import { readManifestText } from "../../stores/file.ts";
import { parseManifestJson } from "../../manifest/parse_manifest_text.ts";
import type { Expectations } from "./download/fingerprint.ts";
import { readCatalogue } from "../../stores/catalogue_file.ts";
import { modelsFolder } from "../../platforms/host/models_folder.ts";

/** The models of a folder, and those that can be fetched into it. */
export interface Models {
  /** URL of the folder, with a slash at its end. */
  readonly folder: URL;
  /** The models that can be fetched. */
  readonly catalogue: readonly CatalogueEntry[];
}

/** A model of a folder, whether its graph is here or not. */
export interface Model extends Pick<Manifest, "id" | "title" | "licence"> {
  /** Path of its graph. */
  readonly graph: string;
  /** What is known of the graph. */
  readonly expected: Expectations;
  /** Whether the manifest says all that a graph must be to be loaded. */
  readonly pinned: boolean;
}

/** A model that can be fetched. */
export interface CatalogueModel extends Model {
  /** What the catalogue says of it. */
  readonly entry: CatalogueEntry;
}

/** Stands for the size and hash of a graph that nobody has published. */
const UNKNOWN = { sha256: "0".repeat(64), bytes: 1 };

/** Opens a folder of models; the project's own where none is named. */
export async function openModels(path: string | undefined): Promise<Models> {
  const folder = modelsFolder(path);
  return { folder, catalogue: await readCatalogue(folder) };
}

/**
 * Reads a model's manifest, which may lack the graph's size and hash until the graph is here.
 *
 * @throws {DomainError} `unknown-model` or `manifest-invalid`.
 */
export async function readModel({ folder }: Models, id: string): Promise<Model> {
  const json = parseManifestJson(id, await readManifestText(folder, id)) as
    | { graph?: Expectations }
    | null;
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
 * Finds the model of the catalogue that a person named.
 *
 * @param otherwise What to say if it is not there; ends with "the catalogue".
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
