import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "./parse_manifest_text.ts";

/**
 * Models as files: `ID.json` in a folder, or any manifest by its path; the graph lies beside it.
 *
 * @param folder URL of the folder, with a slash at its end.
 */
export function fileModelStore(folder: URL): ModelStore {
  const locate = (id: string) =>
    id.endsWith(".json") ? pathToFileURL(id) : new URL(`${id}.json`, folder);
  return {
    async manifest(id) {
      return parseManifestText(id, new TextDecoder().decode(await read(id, locate(id))));
    },
    graph: (id, file) => read(id, new URL(file, locate(id))),
  };
}

async function read(id: string, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(url));
  } catch (error) {
    const name = url.pathname.split("/").at(-1);
    throw new DomainError("unknown-model", `Cannot load model "${id}" as ${name} cannot be read`, {
      cause: error,
    });
  }
}
