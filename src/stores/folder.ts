import type { ModelStore } from "../ports/model_store.ts";
import { fileModelStore } from "./file.ts";
import { fetchModelStore } from "./http.ts";

/**
 * Creates a store of the models in a folder.
 *
 * The folder is usually local. If the program was imported over HTTPS, for example from JSR, the
 * folder of its models has an HTTPS URL, too. The store then fetches the models.
 *
 * @param folder URL of the folder. Must end with a slash.
 */
export function folderModelStore(folder: URL): ModelStore {
  return folder.protocol === "file:"
    ? fileModelStore(folder)
    : fetchModelStore(globalThis, folder.href);
}
