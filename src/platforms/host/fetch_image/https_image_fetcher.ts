import { lookup } from "node:dns/promises";
import { DomainError } from "../../../core/domain_error.ts";
import { abortable } from "../../../embed/abortable.ts";
import type { ImageFetcher } from "../../../ports/image_fetcher.ts";
import { type HostLists, type ImageUrl, readImageUrl, urlNotAllowed } from "./image_url.ts";
import {
  type PinnedAnswer,
  pinnedGet,
  type PinnedGetOptions,
  Unreachable,
  urlFailed,
} from "./pinned_get.ts";
import { isPublicAddress } from "./public_address.ts";

/** Options of {@linkcode httpsImageFetcher}. */
export interface ImageFetcherOptions
  extends HostLists, Pick<PinnedGetOptions, "maxBytes" | "ca" | "connect"> {
  /** Milliseconds until a fetch times out, with name resolution and redirects. */
  readonly timeoutMs: number;
  /** Resolves a host name to its IP addresses. Unset: the system's resolver. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/** Maximum redirects that are followed. */
const MAX_REDIRECTS = 3;
/** Maximum IP addresses of a host that are tried. */
const MAX_ADDRESSES = 3;

/**
 * Creates a fetcher of images by https that connects to the public internet only, which prevents
 * server-side request forgery.
 *
 * A host name is resolved once per request, and all its IP addresses are checked. The connection
 * goes to a checked IP address, so a later DNS answer cannot change the target. Redirects are
 * followed by hand, and each passes the same checks.
 */
export function httpsImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  return {
    async fetch(text, signal) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return await follow(text, options, either);
      } catch (error) {
        if (!either.aborted || !mayComeFromAbort(error)) throw error;
        throw new DomainError(
          "url-failed",
          timeout.aborted
            ? `Cannot fetch image as all of it must come within ${options.timeoutMs} ms`
            : "Cannot fetch image as the client is gone",
        );
      }
    },
  };
}

/** Requests a URL and follows its redirects. */
async function follow(
  text: string,
  options: ImageFetcherOptions,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  let to = readImageUrl(text, undefined, options);
  for (let redirects = 0;; redirects++) {
    const addresses = await publicAddresses(to.host, options.resolve ?? systemResolve, signal);
    const answer = await firstAnswer(to, addresses, options, signal);
    if ("bytes" in answer) return answer.bytes;
    if (redirects === MAX_REDIRECTS) {
      throw urlFailed(to.host, `redirects more than ${MAX_REDIRECTS} times`);
    }
    to = readImageUrl(answer.location, to.url, options);
  }
}

/**
 * Resolves a host name to public IP addresses. The error is the same for unknown and for internal
 * names, so that clients cannot probe which internal names exist.
 */
async function publicAddresses(
  host: string,
  resolve: (host: string) => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  // The dot keeps the resolver from appending the search domains of the local network.
  const addresses = await abortable(resolve(`${host}.`).catch(() => []), signal);
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) {
    throw urlNotAllowed("its host must have public IP addresses only");
  }
  return addresses.slice(0, MAX_ADDRESSES);
}

/** Sends the request to one IP address after the other, until a connection succeeds. */
async function firstAnswer(
  to: ImageUrl,
  addresses: readonly string[],
  options: ImageFetcherOptions,
  signal: AbortSignal,
): Promise<PinnedAnswer> {
  let reason = "";
  for (const address of addresses) {
    try {
      return await pinnedGet(to, { ...options, address, signal });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      signal.throwIfAborted();
      reason = error.message;
    }
  }
  throw urlFailed(to.host, `cannot be reached: ${reason}`);
}

async function systemResolve(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: "ipv4first" });
  return found.map(({ address }) => address);
}

/** Returns true for an error that an aborted signal may have caused. */
function mayComeFromAbort(error: unknown): boolean {
  return !(error instanceof DomainError) || error.code === "url-failed";
}
