import { readFile } from "node:fs/promises";
import { type CatalogueEntry, parseCatalogue } from "../manifest/catalogue.ts";

/** Name of the catalogue in a folder of models. */
export const CATALOGUE = "catalogue.json";

/**
 * The models that can be fetched into a folder; none if it has no catalogue.
 *
 * @param folder URL of the folder, with a slash at its end.
 * @throws {TypeError | SyntaxError} If there is one and it is wrong.
 */
export async function readCatalogue(folder: URL): Promise<CatalogueEntry[]> {
  const text = await readFile(new URL(CATALOGUE, folder), "utf8").catch((error) => {
    if ((error as { code?: string }).code === "ENOENT") return "[]";
    throw error;
  });
  return parseCatalogue(JSON.parse(text));
}
