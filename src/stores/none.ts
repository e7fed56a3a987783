import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";

/**
 * Creates a store without models, for programs that configure no store. Every read fails.
 *
 * @param hint End of the error message. The text tells the caller how to provide a model.
 */
export function noModelStore(hint: string): ModelStore {
  const refuse = (id: string) =>
    Promise.reject(
      new DomainError("unknown-model", `Cannot load model "${id}" as there is no store: ${hint}`),
    );
  return { list: () => Promise.resolve([]), manifest: refuse, graph: refuse };
}
