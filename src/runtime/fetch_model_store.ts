import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "./parse_manifest_text.ts";

/** Anything that fetches: the global function's owner, or a binding of the platform. */
export interface Fetcher {
  /** As the global `fetch`. */
  fetch(url: string): Promise<Response>;
}

/**
 * Models behind HTTP: `ID.json` below a base address, the graph beside it.
 *
 * @param base Address with a slash at its end.
 */
export function fetchModelStore(fetcher: Fetcher, base: string): ModelStore {
  const read = async (id: string, file: string) => {
    const response = await fetcher.fetch(new URL(file, base).href);
    if (response.ok) return response;
    await response.body?.cancel();
    throw new DomainError(
      "unknown-model",
      `Cannot load model "${id}" as ${file} cannot be read: the store answers ${response.status}`,
    );
  };
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      const response = await read(id, `${id}.json`);
      return parseManifestText(id, await response.text());
    },
    graph: async (id, file) => new Uint8Array(await (await read(id, file)).arrayBuffer()),
  };
}
