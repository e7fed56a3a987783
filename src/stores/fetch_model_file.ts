import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";

/** Object with a `fetch` method: `globalThis`, or a binding of the platform. */
export interface Fetcher {
  /** Fetches a URL like the global `fetch`. */
  fetch(url: string): Promise<Response>;
}

/**
 * Fetches a file of a model.
 *
 * @param id Model id, for the error message.
 * @throws {DomainError} `unknown-model`, if the response status is not 2xx.
 */
export async function fetchModelFile(fetcher: Fetcher, id: string, url: URL): Promise<Response> {
  const response = await fetcher.fetch(url.href);
  if (response.ok) return response;
  await response.body?.cancel();
  throw new DomainError(
    "unknown-model",
    `Cannot load model "${id}" as ${fileNameOf(url)} cannot be read: ` +
      `the store answers ${response.status}`,
  );
}
