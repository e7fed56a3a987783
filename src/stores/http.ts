import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { type Fetcher, fetchModelFile } from "./fetch_model_file.ts";

export type { Fetcher };

/**
 * Creates a store that fetches models over HTTP. The manifest of a model is `ID.json` in the folder
 * `base`, and the graph is in the same folder.
 *
 * @param fetcher Object whose `fetch()` sends the requests.
 * @param base URL of the folder with the models. Must end with a slash.
 */
export function fetchModelStore(fetcher: Fetcher, base: string): ModelStore {
  const read = (id: string, file: string) => fetchModelFile(fetcher, id, new URL(file, base));
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      const response = await read(id, `${id}.json`);
      return parseManifestText(id, await response.text());
    },
    graph: async (id, { file }) => new Uint8Array(await (await read(id, file)).arrayBuffer()),
  };
}
