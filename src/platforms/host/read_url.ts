import { readFile } from "node:fs/promises";
import { DomainError } from "../../core/domain_error.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";

/**
 * Reads a file of a model by its address, where there are files: `file:`, or as `fetchUrl`.
 *
 * @throws {DomainError} `unknown-model` or `graph-mismatch`.
 */
export async function readUrl(
  url: URL,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (url.protocol !== "file:") return await fetchUrl(url, maxBytes, signal);
  try {
    return new Uint8Array(await readFile(url, { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    const file = decodeURIComponent(url.pathname.split("/").at(-1)!);
    const isMissing = (error as { code?: string }).code === "ENOENT";
    throw new DomainError(
      "unknown-model",
      `Cannot load a model as ${file} ${isMissing ? "is not here" : "cannot be read"}`,
      { cause: error },
    );
  }
}
