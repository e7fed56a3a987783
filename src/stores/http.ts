import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { type Fetcher, fetchModelFile } from "./fetch_model_file.ts";

export type { Fetcher };

/**
 * Creates a store of models behind HTTP: `ID.json` below a base URL, the graph beside it.
 *
 * @param base URL with a slash at its end.
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
