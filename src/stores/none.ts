import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";

/**
 * Creates an empty store, for platforms that come without models.
 *
 * @param hint Remedy for the caller, which ends the error message.
 */
export function noModelStore(hint: string): ModelStore {
  const refuse = (id: string) =>
    Promise.reject(
      new DomainError("unknown-model", `Cannot load model "${id}" as there is no store: ${hint}`),
    );
  return { list: () => Promise.resolve([]), manifest: refuse, graph: refuse };
}
