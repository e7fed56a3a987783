import { DomainError } from "../core/domain_error.ts";
import { fileNameOf } from "../core/file_name.ts";
import { graphFault } from "../manifest/graph_fault.ts";
import { graphBytes, type GraphFile } from "../manifest/graph_files.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { fetchModelFile } from "./fetch_model_file.ts";
import { GraphCache } from "./graph_cache.ts";

/** Progress of loading the graph (the ONNX file) of a model, with its data files. */
export interface LoadProgress {
  /** Number of bytes loaded so far. */
  readonly loaded: number;
  /** Number of bytes of the graph and its data files, as the manifest states them. */
  readonly total: number;
  /** True if the graph comes from the cache, false if it comes from the network. */
  readonly cached: boolean;
}

/** Options of {@linkcode cacheModelStore}. */
export interface CacheModelStoreOptions {
  /**
   * Called each time bytes of a graph arrive, for example to show a progress bar. Unset: no calls.
   */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /**
   * Cancels all fetches of the store. The cancelled fetches reject with `signal.reason`. Unset:
   * fetches cannot be cancelled.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates a store for a browser. The store fetches models over HTTP and keeps their graphs in the
 * browser's Cache API. The next visit of the page then needs no new download.
 *
 * A model id is either a name or the URL of a manifest. For a name, the manifest is `NAME.json` in
 * the folder `base`. The graph is fetched from the folder of its manifest.
 *
 * The store verifies a cached graph on every read. If the bytes differ from the manifest, the store
 * deletes the cached graph and fetches it again. Pages served over plain HTTP have no Cache API. In
 * these pages, the store fetches the graph every time.
 *
 * @param base URL of the folder with the models. Must end with a slash.
 */
export function cacheModelStore(base: string, options: CacheModelStoreOptions = {}): ModelStore {
  const locate = (id: string) => URL.canParse(id) ? new URL(id) : new URL(`${id}.json`, base);
  const spans = new Map<string, Span>();
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      // With "no-cache", the browser asks the server each time if the manifest has changed. A stale
      // manifest would name an old graph.
      const response = await request(id, locate(id), "no-cache", options.signal);
      const manifest = parseManifestText(id, await response.text());
      for (const graph of [manifest.graph, ...(manifest.variants ?? [])]) {
        for (const [sha256, span] of spansOf(graph)) spans.set(sha256, span);
      }
      return manifest;
    },
    graph(id, graph) {
      const span = spans.get(graph.sha256) ?? { before: 0, total: graph.bytes };
      return loadGraph({ ...options, id, url: new URL(graph.file, locate(id)), graph, span });
    },
  };
}

/** Position of one file among all files of a graph, for reports of the download progress. */
interface Span {
  /** Number of bytes of the files before this file. */
  readonly before: number;
  /** Number of bytes of all files of the graph. */
  readonly total: number;
}

/**
 * Returns the positions of a graph and its data files in the whole download. The key is the SHA-256
 * of the file.
 */
function spansOf(graph: Manifest["graph"]): Map<string, Span> {
  const spans = new Map<string, Span>();
  const total = graphBytes(graph);
  let before = 0;
  for (const { sha256, bytes } of [graph, ...(graph.data ?? [])]) {
    spans.set(sha256, { before, total });
    before += bytes;
  }
  return spans;
}

/** Graph to load: model id, URL and manifest entry, with the options of the store. */
interface GraphRequest extends CacheModelStoreOptions {
  readonly id: string;
  readonly url: URL;
  readonly graph: GraphFile;
  readonly span: Span;
}

/**
 * Loads a graph. Tries these sources in order, until the bytes match the manifest:
 *
 * 1. the Cache API;
 * 2. a normal fetch, which the HTTP cache of the browser may answer with an old graph;
 * 3. a fetch that ignores the HTTP cache of the browser.
 */
async function loadGraph(wanted: GraphRequest): Promise<Uint8Array<ArrayBuffer>> {
  const { graph, url, span: { before, total }, onProgress, signal } = wanted;
  const cache = await GraphCache.open();
  const kept = await cache?.read(graph);
  signal?.throwIfAborted();
  if (kept !== undefined) {
    onProgress?.({ loaded: before + graph.bytes, total, cached: true });
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

/**
 * Returns a function that passes progress on to `onProgress`. The reported progress never goes
 * back. A second fetch starts at 0 bytes again, and is reported only after it has more bytes than
 * the first fetch.
 */
function progressReporter({ span, onProgress }: GraphRequest): (loaded: number) => void {
  let furthest = -1;
  return (loaded) => {
    if (loaded <= furthest) return;
    furthest = loaded;
    onProgress?.({ loaded: span.before + loaded, total: span.total, cached: false });
  };
}

/**
 * Fetches the graph. Returns undefined if the size or SHA-256 of the graph differs from the
 * manifest.
 */
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

/**
 * Returns the error to throw for a failed fetch. If the signal is aborted, returns `signal.reason`.
 */
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
