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
  /** Maximum milliseconds of a fetch, including name resolution and redirects. */
  readonly timeoutMs: number;
  /**
   * Resolves a host name to its IP addresses. Unset: the operating system resolves the host name.
   */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

type FetchOptions = ImageFetcherOptions & Pick<PinnedGetOptions, "onBytes">;

/** Maximum number of redirects that a fetch follows. */
const MAX_REDIRECTS = 3;
/** Maximum number of IP addresses of a host that a fetch tries to connect to. */
const MAX_ADDRESSES = 3;

/**
 * Creates a fetcher that downloads images by https, and only from the public internet. Without this
 * restriction, a client could make the server read internal URLs (server-side request forgery).
 *
 * For each request, the fetcher resolves the host name once and checks all IP addresses of the
 * host. The connection then goes to a checked IP address, so a later DNS answer cannot change the
 * target. The URL of each redirect is checked in the same way.
 */
export function httpsImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  return {
    async fetch(text, signal, onBytes) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return await follow(text, { ...options, onBytes }, either);
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
  options: FetchOptions,
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
 * Resolves a host name to public IP addresses. Unknown names and internal names cause the same
 * error, so that clients cannot find out which internal names exist.
 */
async function publicAddresses(
  host: string,
  resolve: (host: string) => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  // The dot at the end marks a full name. With a full name, the resolver does not append the search
  // domains of the local network.
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
  options: FetchOptions,
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

/** Returns true if an aborted signal may have caused the error. */
function mayComeFromAbort(error: unknown): boolean {
  return !(error instanceof DomainError) || error.code === "url-failed";
}
