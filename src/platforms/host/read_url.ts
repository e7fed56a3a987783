import { readFile } from "node:fs/promises";
import { DomainError } from "../../core/domain_error.ts";
import { fileNameOf } from "../../core/file_name.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";

/**
 * Reads a model file: from disk for `file:` URLs, with `fetchUrl()` for all other URLs.
 *
 * @param maxBytes Maximum bytes of a file that is fetched. Files on disk have no limit.
 * @param signal Cancels the read. Unset: the read cannot be cancelled.
 * @throws {DomainError} `unknown-model`, if the file is missing or unreadable; otherwise an error
 *   of `fetchUrl()`.
 */
export async function readUrl(
  url: URL,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (url.protocol !== "file:") return await fetchUrl(url, maxBytes, signal);
  try {
    return new Uint8Array(await readFile(url, signal && { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    const isMissing = (error as { code?: string }).code === "ENOENT";
    throw new DomainError(
      "unknown-model",
      `Cannot load a model as ${fileNameOf(url)} ${isMissing ? "is not here" : "cannot be read"}`,
      { cause: error },
    );
  }
}
