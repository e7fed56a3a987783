import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";

/**
 * Creates a store without models, for programs in which no store is configured. Every read fails.
 *
 * @param hint End of the error message: a remedy for the caller.
 */
export function noModelStore(hint: string): ModelStore {
  const refuse = (id: string) =>
    Promise.reject(
      new DomainError("unknown-model", `Cannot load model "${id}" as there is no store: ${hint}`),
    );
  return { list: () => Promise.resolve([]), manifest: refuse, graph: refuse };
}
