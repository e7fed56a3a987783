import { DomainError } from "../core/domain_error.ts";

/** Anything that fetches: the global function's owner, or a binding of the platform. */
export interface Fetcher {
  /** As the global `fetch`. */
  fetch(url: string): Promise<Response>;
}

/**
 * Asks for a file of a model.
 *
 * @throws {DomainError} `unknown-model`, if the answer is none of success.
 */
export async function fetchModelFile(fetcher: Fetcher, id: string, url: URL): Promise<Response> {
  const response = await fetcher.fetch(url.href);
  if (response.ok) return response;
  await response.body?.cancel();
  const file = decodeURIComponent(url.pathname.split("/").at(-1)!);
  throw new DomainError(
    "unknown-model",
    `Cannot load model "${id}" as ${file} cannot be read: the store answers ${response.status}`,
  );
}
