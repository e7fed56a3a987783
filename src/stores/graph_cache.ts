import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";

type Graph = Manifest["graph"];

const NAME = "retinanet-edge";
/** Where a graph came from, so that its next version can take its place. */
const SOURCE = "x-source";

/**
 * Graphs in the browser's Cache API, by their SHA-256.
 *
 * A cache is a convenience: whatever it fails with, a model is loaded without it.
 */
export class GraphCache {
  readonly #cache: Cache;

  private constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Opens it; undefined where there is none, as in a page that came over plain HTTP. */
  static async open(): Promise<GraphCache | undefined> {
    const { caches } = globalThis as { readonly caches?: CacheStorage };
    const cache = await caches?.open(NAME).catch(() => undefined);
    return cache && new GraphCache(cache);
  }

  /** A graph that was kept; what is there but is not that graph is thrown away. */
  async read(graph: Graph): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const kept = await this.#cache.match(keyOf(graph));
      if (kept === undefined) return undefined;
      const bytes = new Uint8Array(await kept.arrayBuffer());
      if (await graphFault(graph, bytes) === undefined) return bytes;
    } catch {
      // An entry that cannot be read is as good as a wrong one.
    }
    await this.#cache.delete(keyOf(graph)).catch(() => false);
    return undefined;
  }

  /** Keeps a graph in the place of what came from the same address before. */
  async keep(graph: Graph, source: URL, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const headers = { "content-type": "application/octet-stream", [SOURCE]: source.href };
    try {
      await this.#forget(source);
      await this.#cache.put(keyOf(graph), new Response(bytes, { headers }));
    } catch {
      // No room, most likely: the graph is fetched again next time.
    }
  }

  async #forget(source: URL): Promise<void> {
    for (const key of await this.#cache.keys()) {
      const kept = await this.#cache.match(key);
      if (kept?.headers.get(SOURCE) === source.href) await this.#cache.delete(key);
    }
  }
}

/** Keys of the Cache API are addresses; nobody ever asks this one. */
function keyOf({ sha256 }: Graph): string {
  return `https://graph.invalid/${sha256}`;
}
