import { pathToFileURL } from "node:url";

/** URL of the folder of the models, with a slash at its end: the project's own where none is named. */
export function modelsFolder(path: string | undefined): URL {
  return path === undefined
    ? new URL("../../../models/", import.meta.url)
    : pathToFileURL(path.endsWith("/") ? path : `${path}/`);
}
