import { readFile } from "node:fs/promises";
import { type CatalogueEntry, parseCatalogue } from "../manifest/catalogue.ts";

/** File name of the catalogue, the list of models that can be downloaded. */
export const CATALOGUE = "catalogue.json";

/**
 * Reads the catalogue in a folder of models. The catalogue lists the models that can be downloaded
 * into this folder.
 *
 * @param folder URL of the folder. Must end with a slash.
 * @returns Entries of the catalogue. The list is empty if the folder has no catalogue.
 * @throws {SyntaxError} If the catalogue is not JSON.
 * @throws {TypeError} If an entry of the catalogue is wrong.
 */
export async function readCatalogue(folder: URL): Promise<CatalogueEntry[]> {
  const text = await readFile(new URL(CATALOGUE, folder), "utf8").catch((error) => {
    if ((error as { code?: string }).code === "ENOENT") return "[]";
    throw error;
  });
  return parseCatalogue(JSON.parse(text));
}
