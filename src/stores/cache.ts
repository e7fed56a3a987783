import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { fetchModelFile } from "./fetch_model_file.ts";
import { GraphCache } from "./graph_cache.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";

/** How far a graph has come. */
export interface LoadProgress {
  /** Bytes that are there. */
  readonly loaded: number;
  /** Bytes of the whole, by the manifest. */
  readonly total: number;
  /** Whether they come from the cache, not from the network. */
  readonly cached: boolean;
}

/** How a `cacheModelStore` goes about it, and whom it tells. */
export interface CacheModelStoreOptions {
  /** Told of a graph's bytes as they come; `loaded` grows up to `total`. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends what is being fetched, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Models behind HTTP, their graphs kept by the Cache API: `ID.json` below a base address, or any
 * manifest by its own address; the graph lies beside it.
 *
 * What is in the cache is never trusted: bytes that are not those of the manifest are thrown away
 * and fetched anew. Where there is no cache, as in a page that came over plain HTTP, a graph is
 * fetched each time.
 *
 * @param base Address with a slash at its end.
 */
export function cacheModelStore(base: string, options: CacheModelStoreOptions = {}): ModelStore {
  const locate = (id: string) => URL.canParse(id) ? new URL(id) : new URL(`${id}.json`, base);
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      // Revalidated with the server, because the manifest says which graph is current.
      const response = await ask(id, locate(id), "no-cache", options.signal);
      return parseManifestText(id, await response.text());
    },
    graph: (id, graph) =>
      loadGraph({ id, url: new URL(graph.file, locate(id)), graph, ...options }),
  };
}

interface Wanted extends CacheModelStoreOptions {
  readonly id: string;
  readonly url: URL;
  readonly graph: Manifest["graph"];
}

/** 1. From the cache. 2. From the network. 3. From the network, past the browser's HTTP cache. */
async function loadGraph(wanted: Wanted): Promise<Uint8Array<ArrayBuffer>> {
  const { graph, url, onProgress, signal } = wanted;
  const cache = await GraphCache.open();
  const kept = await cache?.read(graph);
  signal?.throwIfAborted();
  if (kept !== undefined) {
    onProgress?.({ loaded: graph.bytes, total: graph.bytes, cached: true });
    return kept;
  }
  const tell = teller(wanted);
  const fetched = await fetchGraph(wanted, "default", tell) ??
    await fetchGraph(wanted, "reload", tell);
  if (fetched === undefined) {
    const fault = "what the server sends is not what the manifest says, in size or SHA-256";
    throw new DomainError("graph-mismatch", `Cannot load ${graph.file} as ${fault}`);
  }
  await cache?.keep(graph, url, fetched);
  return fetched;
}

/** Tells of progress alone: a second try that has not come as far as the first says nothing. */
function teller({ graph, onProgress }: Wanted): (loaded: number) => void {
  let furthest = -1;
  return (loaded) => {
    if (loaded <= furthest) return;
    furthest = loaded;
    onProgress?.({ loaded, total: graph.bytes, cached: false });
  };
}

/** The graph, or undefined if other bytes come. */
async function fetchGraph(
  { id, url, graph, signal }: Wanted,
  cache: RequestCache,
  tell: (loaded: number) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { body } = await ask(id, url, cache, signal);
  const bytes = new Uint8Array(graph.bytes);
  let loaded = 0;
  tell(loaded);
  const reader = body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw unreachable(id, url, error, signal);
    });
    if (done) break;
    if (loaded + value.length > bytes.length) {
      await reader.cancel();
      return undefined;
    }
    bytes.set(value, loaded);
    loaded += value.length;
    tell(loaded);
  }
  const whole = bytes.subarray(0, loaded);
  return await graphFault(graph, whole) === undefined ? whole : undefined;
}

async function ask(
  id: string,
  url: URL,
  cache: RequestCache,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const fetcher = {
    fetch: (href: string) =>
      fetch(href, { cache, signal }).catch((error: unknown) => {
        throw unreachable(id, url, error, signal);
      }),
  };
  return await fetchModelFile(fetcher, id, url);
}

/** What a fetch that broke off rejects with: the signal's own reason, if that was it. */
function unreachable(id: string, url: URL, cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  const file = decodeURIComponent(url.pathname.split("/").at(-1)!);
  return new DomainError(
    "unknown-model",
    `Cannot load model "${id}" as ${file} cannot be fetched: ${(cause as Error).message}`,
    { cause },
  );
}
