import type { Manifest } from "./manifest.ts";
import { sha256 } from "./sha256.ts";

/**
 * What is wrong with the bytes of a graph, as the end of a sentence that says "as"; undefined if
 * they are those that the manifest means.
 */
export async function graphFault(
  { bytes, sha256: wanted }: Manifest["graph"],
  graph: Uint8Array,
): Promise<string | undefined> {
  if (graph.length !== bytes) {
    return `it has ${graph.length} bytes where the manifest says ${bytes}`;
  }
  const found = await sha256(graph);
  if (found === wanted) return undefined;
  return `its SHA-256 is ${found} where the manifest says ${wanted}`;
}
