import { graphFault } from "../manifest/graph_fault.ts";
import type { GraphFile } from "../manifest/graph_files.ts";

/** Name of the graph cache in the browser's Cache API. */
const NAME = "retinanet-edge";
/**
 * Response header that stores the URL of a cached graph. A new version of a graph has the same URL
 * but another SHA-256. Thus the stored URL shows which cached graphs are old versions.
 */
const SOURCE = "x-source";

/**
 * Cache of graphs in the browser's Cache API. The key of a graph is its SHA-256.
 *
 * All methods ignore errors of the Cache API, because the caller can fetch a graph that is not in
 * the cache.
 */
export class GraphCache {
  readonly #cache: Cache;

  private constructor(cache: Cache) {
    this.#cache = cache;
  }

  /**
   * Opens the cache. Returns undefined if the page has no Cache API, for example because the page
   * was served over plain HTTP.
   */
  static async open(): Promise<GraphCache | undefined> {
    const { caches } = globalThis as { readonly caches?: CacheStorage };
    const cache = await caches?.open(NAME).catch(() => undefined);
    return cache && new GraphCache(cache);
  }

  /**
   * Returns a cached graph, or undefined if the graph is not cached. If the cached bytes differ
   * from the manifest, deletes the cached graph and returns undefined.
   */
  async read(graph: GraphFile): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const kept = await this.#cache.match(keyOf(graph));
      if (kept === undefined) return undefined;
      const bytes = new Uint8Array(await kept.arrayBuffer());
      if (await graphFault(graph, bytes) === undefined) return bytes;
    } catch {
      // Treats an unreadable entry like an entry with wrong bytes. The code below deletes the
      // entry.
    }
    await this.#cache.delete(keyOf(graph)).catch(() => false);
    return undefined;
  }

  /**
   * Caches a graph. Deletes older versions of the graph, which came from the same URL.
   *
   * @param source URL of the graph.
   */
  async keep(graph: GraphFile, source: URL, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const headers = { "content-type": "application/octet-stream", [SOURCE]: source.href };
    try {
      await this.#evict(source);
      await this.#cache.put(keyOf(graph), new Response(bytes, { headers }));
    } catch {
      // Ignores the error, because the storage of the browser is probably full. The next load
      // fetches the graph again.
    }
  }

  async #evict(source: URL): Promise<void> {
    for (const key of await this.#cache.keys()) {
      const kept = await this.#cache.match(key);
      if (kept?.headers.get(SOURCE) === source.href) await this.#cache.delete(key);
    }
  }
}

/** Returns the key of a graph. The Cache API needs a URL as the key, but never fetches this URL. */
function keyOf({ sha256 }: GraphFile): string {
  return `https://graph.invalid/${sha256}`;
}
