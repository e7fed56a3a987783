import type { Manifest } from "../../models/manifest.ts";

/**
 * Bytes that a loaded model takes, for a budget: about what the process grows by.
 *
 * The graph's weights are held once more as the engine packed them, and one engine in a worker of
 * its own takes 150 MB with its buffers whatever the graph.
 */
export function modelMemory({ graph }: Pick<Manifest, "graph">): number {
  return 150_000_000 + 3 * graph.bytes;
}
