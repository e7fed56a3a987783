import { fileURLToPath } from "node:url";
import type { CatalogueEntry } from "../../models/catalogue.ts";
import { type Manifest, parseManifest } from "../../models/manifest.ts";
import { fileModelStore } from "../runtime/file_model_store.ts";
import type { Expectations } from "../runtime/fingerprint.ts";
import { readCatalogue } from "../runtime/read_catalogue.ts";
import { modelsFolder } from "./models_folder.ts";

/** The models of a folder, and those that can be fetched into it. */
export interface Models {
  /** URL of the folder, with a slash at its end. */
  readonly folder: URL;
  /** The models that can be fetched. */
  readonly catalogue: readonly CatalogueEntry[];
}

/** A model of the catalogue. */
export interface CatalogueModel {
  /** What the catalogue says of it. */
  readonly entry: CatalogueEntry;
  /** Path of its graph, whether that is here or not. */
  readonly graph: string;
  /** What is known of the graph. */
  readonly expected: Expectations;
}

/** Opens a folder of models; the project's own where none is named. */
export async function openModels(path: string | undefined): Promise<Models> {
  const folder = modelsFolder(path);
  return { folder, catalogue: await readCatalogue(folder) };
}

/** Reads a model's manifest. */
export async function readManifest({ folder }: Models, id: string): Promise<Manifest> {
  return parseManifest(await fileModelStore(folder).manifest(id));
}

/** Path of a model's graph. */
export function graphPath({ folder }: Models, { graph }: Manifest): string {
  return fileURLToPath(new URL(graph.file, folder));
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
  const manifest = await readManifest(models, id);
  const { bytes, sha256 } = manifest.graph;
  return { entry, graph: graphPath(models, manifest), expected: { md5: entry.md5, bytes, sha256 } };
}
