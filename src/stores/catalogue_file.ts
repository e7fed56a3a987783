import { readFile } from "node:fs/promises";
import { type CatalogueEntry, parseCatalogue } from "../manifest/catalogue.ts";

/** File name of the catalogue in a models folder. */
export const CATALOGUE = "catalogue.json";

/**
 * Reads the catalogue of a models folder: the models that can be downloaded into it.
 *
 * @param folder URL of the folder, with a slash at its end.
 * @returns An empty list if the folder has no catalogue.
 * @throws {SyntaxError} If the catalogue is not JSON.
 * @throws {TypeError} If the catalogue has wrong entries.
 */
export async function readCatalogue(folder: URL): Promise<CatalogueEntry[]> {
  const text = await readFile(new URL(CATALOGUE, folder), "utf8").catch((error) => {
    if ((error as { code?: string }).code === "ENOENT") return "[]";
    throw error;
  });
  return parseCatalogue(JSON.parse(text));
}
