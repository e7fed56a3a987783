import { DomainError } from "../core/domain_error.ts";
import { readStream } from "./read_stream.ts";

/**
 * Fetches a file of a model by its address: https, or http where nobody stands between, on this
 * machine or at the page's own origin.
 *
 * @param maxBytes Where reading stops.
 * @throws {DomainError} `unknown-model`, if there is no such file or it is not to be fetched;
 *   `graph-mismatch`, if it is longer.
 */
export async function fetchUrl(
  url: URL,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!isSafe(url)) {
    throw new DomainError(
      "unknown-model",
      `Cannot load a model from ${url.protocol}//${url.host} as its address must be of https, or ` +
        "of http on this machine. Serve it over https.",
    );
  }
  const response = await answer(url, signal);
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

async function answer(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, { signal });
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
  return decodeURIComponent(url.pathname.split("/").at(-1)!) || url.host;
}
