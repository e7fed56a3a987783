import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";
import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { fetchModelFile } from "./fetch_model_file.ts";
import { GraphCache } from "./graph_cache.ts";

/** Progress of loading a graph. */
export interface LoadProgress {
  /** Bytes loaded so far. */
  readonly loaded: number;
  /** Bytes of the whole graph, as the manifest states them. */
  readonly total: number;
  /** True if the bytes come from the cache and not from the network. */
  readonly cached: boolean;
}

/** Options of {@linkcode cacheModelStore}. */
export interface CacheModelStoreOptions {
  /** Called as the bytes of a graph arrive; `loaded` grows up to `total`. Unset: no reports. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Cancels the fetches, which then reject with the signal's reason. Unset: no cancellation. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates a store of models behind HTTP whose graphs are kept in the browser's Cache API.
 *
 * A model id stands for `ID.json` below a base URL. The URL of any manifest is accepted as an id,
 * too. The graph lies beside its manifest.
 *
 * Cached bytes are verified on every read. Bytes that differ from the manifest are deleted and
 * fetched again. Without a Cache API (pages served over plain HTTP) a graph is fetched every time.
 *
 * @param base URL with a slash at its end.
 */
export function cacheModelStore(base: string, options: CacheModelStoreOptions = {}): ModelStore {
  const locate = (id: string) => URL.canParse(id) ? new URL(id) : new URL(`${id}.json`, base);
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      // Revalidated with the server, because the manifest says which graph is current.
      const response = await request(id, locate(id), "no-cache", options.signal);
      return parseManifestText(id, await response.text());
    },
    graph: (id, graph) =>
      loadGraph({ ...options, id, url: new URL(graph.file, locate(id)), graph }),
  };
}

/** Graph to load, with the options of the store. */
interface GraphRequest extends CacheModelStoreOptions {
  readonly id: string;
  readonly url: URL;
  readonly graph: Manifest["graph"];
}

/**
 * Loads a graph from the first source that has the right bytes:
 *
 * 1. the cache,
 * 2. the network,
 * 3. the network past the browser's HTTP cache, which may hold an old graph.
 */
async function loadGraph(wanted: GraphRequest): Promise<Uint8Array<ArrayBuffer>> {
  const { graph, url, onProgress, signal } = wanted;
  const cache = await GraphCache.open();
  const kept = await cache?.read(graph);
  signal?.throwIfAborted();
  if (kept !== undefined) {
    onProgress?.({ loaded: graph.bytes, total: graph.bytes, cached: true });
    return kept;
  }
  const report = progressReporter(wanted);
  const fetched = await fetchGraph(wanted, "default", report) ??
    await fetchGraph(wanted, "reload", report);
  if (fetched === undefined) {
    const fault = "what the server sends is not what the manifest says, in size or SHA-256";
    throw new DomainError("graph-mismatch", `Cannot load ${graph.file} as ${fault}`);
  }
  await cache?.keep(graph, url, fetched);
  return fetched;
}

/** Returns a function that reports growth only: a second fetch reports nothing twice. */
function progressReporter({ graph, onProgress }: GraphRequest): (loaded: number) => void {
  let furthest = -1;
  return (loaded) => {
    if (loaded <= furthest) return;
    furthest = loaded;
    onProgress?.({ loaded, total: graph.bytes, cached: false });
  };
}

/** Fetches the graph. Returns undefined if the bytes are not those of the manifest. */
async function fetchGraph(
  { id, url, graph, signal }: GraphRequest,
  cache: RequestCache,
  report: (loaded: number) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { body } = await request(id, url, cache, signal);
  const bytes = new Uint8Array(graph.bytes);
  let loaded = 0;
  report(loaded);
  const reader = body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw fetchError(id, url, error, signal);
    });
    if (done) break;
    if (loaded + value.length > bytes.length) {
      await reader.cancel();
      return undefined;
    }
    bytes.set(value, loaded);
    loaded += value.length;
    report(loaded);
  }
  const whole = bytes.subarray(0, loaded);
  return await graphFault(graph, whole) === undefined ? whole : undefined;
}

async function request(
  id: string,
  url: URL,
  cache: RequestCache,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const fetcher = {
    fetch: (href: string) =>
      fetch(href, { cache, signal: signal ?? null }).catch((error: unknown) => {
        throw fetchError(id, url, error, signal);
      }),
  };
  return await fetchModelFile(fetcher, id, url);
}

/** Returns the error of a failed fetch: the signal's reason if the signal cancelled it. */
function fetchError(id: string, url: URL, cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  return new DomainError(
    "unknown-model",
    `Cannot load model "${id}" as ${fileNameOf(url)} cannot be fetched: ${
      (cause as Error).message
    }`,
    { cause },
  );
}
