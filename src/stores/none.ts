import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";

/**
 * A store where nothing is, for hosts that come without models.
 *
 * @param hint What to do about it, as the end of a sentence.
 */
export function noModelStore(hint: string): ModelStore {
  const refuse = (id: string) =>
    Promise.reject(
      new DomainError("unknown-model", `Cannot load model "${id}" as there is no store: ${hint}`),
    );
  return { list: () => Promise.resolve([]), manifest: refuse, graph: refuse };
}
