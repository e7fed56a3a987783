import type { ModelStore } from "../ports/model_store.ts";
import { fileModelStore } from "./file.ts";
import { fetchModelStore } from "./http.ts";

/**
 * Creates a store of the models of a folder. The folder is behind HTTP if the program itself was
 * loaded from there, as from JSR.
 *
 * @param folder URL with a slash at its end.
 */
export function folderModelStore(folder: URL): ModelStore {
  return folder.protocol === "file:"
    ? fileModelStore(folder)
    : fetchModelStore(globalThis, folder.href);
}
