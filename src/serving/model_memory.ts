import type { Manifest } from "../manifest/manifest.ts";

/**
 * Bytes that a loaded model takes, for a budget: about what the process grows by.
 *
 * An engine in a worker of its own takes some 150 MB whatever the graph; weights are held as the
 * engine packs them, beside buffers that grow with them. Measured on two cores, wasm and native:
 * 100 to 270 MB for a graph of 12 MB at 320 px, 690 and 860 MB for one of 136 MB at 800 px.
 */
export function modelMemory({ graph }: Pick<Manifest, "graph">): number {
  return 150_000_000 + 4 * graph.bytes;
}
