import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";

/**
 * Object with a `fetch()` method: `globalThis`, or a binding to static assets in Cloudflare
 * Workers.
 */
export interface Fetcher {
  /** Fetches a URL, like the global function `fetch()`. */
  fetch(url: string): Promise<Response>;
}

/**
 * Fetches a file of a model.
 *
 * @param fetcher Object whose `fetch()` sends the request.
 * @param id Model id, for the error message.
 * @throws {DomainError} `unknown-model`, if the response status is not 2xx.
 * @throws The error of `fetcher.fetch()`, for example if the server cannot be reached.
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
