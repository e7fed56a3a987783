import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** Graph as a manifest names it: file, size and hash. */
export type Graph = Manifest["graph"];

/** Name of the cache. */
const NAME = "retinanet-edge";
/** Header with the URL that a graph came from, by which its next version replaces it. */
const SOURCE = "x-source";

/**
 * Graphs in the browser's Cache API, keyed by their SHA-256.
 *
 * A failing cache never fails a load: errors are dropped, and the graph is fetched instead.
 */
export class GraphCache {
  readonly #cache: Cache;

  private constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Opens the cache. Returns undefined without a Cache API (pages served over plain HTTP). */
  static async open(): Promise<GraphCache | undefined> {
    const { caches } = globalThis as { readonly caches?: CacheStorage };
    const cache = await caches?.open(NAME).catch(() => undefined);
    return cache && new GraphCache(cache);
  }

  /** Returns a cached graph. Deletes the entry and returns undefined if its bytes are wrong. */
  async read(graph: Graph): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const kept = await this.#cache.match(keyOf(graph));
      if (kept === undefined) return undefined;
      const bytes = new Uint8Array(await kept.arrayBuffer());
      if (await graphFault(graph, bytes) === undefined) return bytes;
    } catch {
      // An unreadable entry is deleted like a wrong one.
    }
    await this.#cache.delete(keyOf(graph)).catch(() => false);
    return undefined;
  }

  /** Caches a graph. Replaces a graph that came from the same URL before. */
  async keep(graph: Graph, source: URL, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const headers = { "content-type": "application/octet-stream", [SOURCE]: source.href };
    try {
      await this.#evict(source);
      await this.#cache.put(keyOf(graph), new Response(bytes, { headers }));
    } catch {
      // The quota is probably exceeded. The graph is fetched again next time.
    }
  }

  async #evict(source: URL): Promise<void> {
    for (const key of await this.#cache.keys()) {
      const kept = await this.#cache.match(key);
      if (kept?.headers.get(SOURCE) === source.href) await this.#cache.delete(key);
    }
  }
}

/** Returns the key of a graph. The Cache API wants a URL, but nothing is requested from it. */
function keyOf({ sha256 }: Graph): string {
  return `https://graph.invalid/${sha256}`;
}
