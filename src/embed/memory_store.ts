import { DomainError } from "../core/domain_error.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ModelStore } from "../ports/model_store.ts";
import type { GraphData } from "../ports/session.ts";

/**
 * Creates a store of one model whose files are in memory. The methods of the store return this
 * model for every id.
 *
 * @param graph Bytes of the graph.
 * @param data Files with weights of the graph.
 */
export function memoryModelStore(
  manifest: Manifest,
  graph: Uint8Array,
  data: readonly GraphData[],
): ModelStore {
  return {
    list: () => Promise.resolve([manifest.id]),
    manifest: () => Promise.resolve(manifest),
    graph(id, { file }) {
      if (file === manifest.graph.file) return Promise.resolve(graph);
      const found = data.find((each) => each.file === file);
      if (found !== undefined) return Promise.resolve(found.bytes);
      const given = data.map((each) => each.file).join(", ") || "none";
      const fault = `Cannot load model "${id}" as ${file} is not among its data files: ${given}`;
      return Promise.reject(new DomainError("unknown-model", fault));
    },
  };
}
