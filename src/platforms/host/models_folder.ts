import { pathToFileURL } from "node:url";

/**
 * Returns the URL of the models folder, with a slash at its end.
 *
 * @param path Path of the folder. Unset: the folder `models` of this project.
 */
export function modelsFolder(path?: string): URL {
  return path === undefined
    ? new URL("../../../models/", import.meta.url)
    : pathToFileURL(path.endsWith("/") ? path : `${path}/`);
}
