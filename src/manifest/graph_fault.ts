import { foreignFileFault } from "./foreign_file.ts";
import type { GraphFile } from "./graph_files.ts";
import { sha256 } from "./sha256.ts";

/**
 * Compares the bytes of a graph with the length and the SHA-256 that its manifest declares.
 *
 * @param graph Content of the `.onnx` file.
 * @returns Last part of an error message, which follows words such as "Cannot load the file as".
 *   Undefined: length and SHA-256 match.
 */
export async function graphFault(
  { bytes, sha256: wanted }: GraphFile,
  graph: Uint8Array,
): Promise<string | undefined> {
  if (graph.length !== bytes) {
    const foreign = foreignFileFault(graph);
    if (foreign !== undefined) return foreign;
    return `it has ${graph.length} bytes where the manifest says ${bytes}`;
  }
  const found = await sha256(graph);
  if (found === wanted) return undefined;
  return `its SHA-256 is ${found} where the manifest says ${wanted}`;
}
