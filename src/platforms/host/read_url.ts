import { readFile } from "node:fs/promises";
import { DomainError } from "../../core/domain_error.ts";
import { fileNameOf } from "../../core/file_name.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";

/**
 * Reads a model file by its URL: `file:`, or a URL that `fetchUrl()` accepts.
 *
 * @param maxBytes Maximum bytes of a file that is fetched.
 * @param signal Cancels the read. Unset: no cancellation.
 * @throws {DomainError} `unknown-model` or `graph-mismatch`.
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
