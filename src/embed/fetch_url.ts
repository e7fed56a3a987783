import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";
import { readStream } from "./read_stream.ts";

/**
 * Fetches a model file by its URL.
 *
 * The URL must use https, because an attacker in the network could replace a file that is sent over
 * http. Two kinds of http URLs are accepted: URLs of this machine (`localhost`), and URLs with the
 * origin of the current page.
 *
 * @param maxBytes Maximum bytes of the file.
 * @param signal Cancels the fetch. Unset: no cancellation.
 * @throws {DomainError} `unknown-model`, if the URL is not accepted or the file cannot be fetched;
 *   `graph-mismatch`, if the file is longer than `maxBytes`.
 */
export async function fetchUrl(
  url: URL,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!isSafe(url)) {
    throw new DomainError(
      "unknown-model",
      `Cannot load a model from ${url.protocol}//${url.host} as its URL must use https, or http ` +
        "on this machine. Serve it over https.",
    );
  }
  const response = await request(url, signal);
  if (!response.ok) {
    await response.body?.cancel();
    throw unreadable(url, `the answer is ${response.status}`);
  }
  if (response.body === null) return new Uint8Array();
  const tooLong = () =>
    new DomainError(
      "graph-mismatch",
      `Cannot load a model as ${nameOf(url)} must have at most ${maxBytes} bytes: it has more`,
    );
  return await readStream(response.body, { maxBytes, tooLong, signal });
}

async function request(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, { signal: signal ?? null });
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(url, "the server cannot be reached", error);
  }
}

function isSafe({ protocol, hostname, origin }: URL): boolean {
  if (protocol === "https:") return true;
  if (protocol !== "http:") return false;
  const { location } = globalThis as { readonly location?: { readonly origin?: string } };
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || origin === location?.origin;
}

function unreadable(url: URL, why: string, cause?: unknown): DomainError {
  return new DomainError(
    "unknown-model",
    `Cannot load a model as ${nameOf(url)} cannot be read: ${why}`,
    { cause },
  );
}

function nameOf(url: URL): string {
  return fileNameOf(url) || url.host;
}
