import { keepVariants } from "../manifest/graph_files.ts";
import type { ModelStore, VariantChoice } from "../ports/model_store.ts";

/**
 * Applies the choice of variants to a store. With `off`, its manifests have no variants, so that
 * every engine runs the graph itself.
 */
export function chosenVariants(store: ModelStore, choice: VariantChoice = "auto"): ModelStore {
  if (choice === "auto") return store;
  return { ...store, manifest: async (id) => keepVariants(await store.manifest(id), []) };
}
