import { lookup } from "node:dns/promises";
import { DomainError } from "../../../core/domain_error.ts";
import type { ImageFetcher } from "../../../ports/image_fetcher.ts";
import { type HostRules, type ImageUrl, notAllowed, readImageUrl } from "./image_url.ts";
import {
  failed,
  type PinnedAnswer,
  pinnedGet,
  type PinnedGetOptions,
  Unreachable,
} from "./pinned_get.ts";
import { isPublicAddress } from "./public_address.ts";

/** What images may cost, and whom to ask for them. */
export interface ImageFetcherOptions
  extends HostRules, Pick<PinnedGetOptions, "maxBytes" | "ca" | "connect"> {
  /** Milliseconds for all of it: names, redirects, bytes. */
  readonly timeoutMs: number;
  /** The addresses of a name; the system's own resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Redirects that are followed. */
const MAX_REDIRECTS = 3;
/** Addresses of a host that are tried. */
const MAX_ADDRESSES = 3;

/**
 * Fetches images by https from the open internet alone.
 *
 * A name is resolved once for each request, every address that it has is checked, and the
 * connection goes to a checked address by its number: an answer of the DNS that changes after the
 * check is never asked for. Redirects are followed by hand, each through the same checks.
 */
export function httpsImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  return {
    async fetch(text, signal) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return await follow(text, options, either);
      } catch (error) {
        if (!either.aborted || !(isFailure(error))) throw error;
        throw new DomainError(
          "url-failed",
          timeout.aborted
            ? `Cannot fetch image as all of it must come within ${options.timeoutMs} ms`
            : "Cannot fetch image as whoever asked for it is gone",
        );
      }
    },
  };
}

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
      throw failed(to.host, `redirects further than ${MAX_REDIRECTS} times`);
    }
    to = readImageUrl(answer.location, to.url, options);
  }
}

/** A host that is unknown and one that is not public are told apart to nobody. */
async function publicAddresses(
  host: string,
  resolve: (host: string) => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // The dot keeps the resolver from trying the name below the names of the own network.
  const addresses = await beforeEnd(resolve(`${host}.`).catch(() => []), signal);
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) {
    throw notAllowed("its host has no address of the open internet, or not only such");
  }
  return addresses.slice(0, MAX_ADDRESSES);
}

/** A host has several addresses so that one may fail. */
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
  throw failed(to.host, `cannot be reached: ${reason}`);
}

async function systemResolve(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: "ipv4first" });
  return found.map(({ address }) => address);
}

/** Resolving cannot be stopped, but left alone. */
function beforeEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const end = () => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  return promise;
}

/** What the end of the time may have brought about. */
function isFailure(error: unknown): boolean {
  return !(error instanceof DomainError) || error.code === "url-failed";
}
