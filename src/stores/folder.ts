import type { ModelStore } from "../ports/model_store.ts";
import { fetchModelStore } from "./http.ts";
import { fileModelStore } from "./file.ts";

/**
 * The models of a folder of files, or of one behind HTTP, where the program itself came from.
 *
 * @param folder URL with a slash at its end.
 */
export function folderModelStore(folder: URL): ModelStore {
  return folder.protocol === "file:"
    ? fileModelStore(folder)
    : fetchModelStore(globalThis, folder.href);
}
