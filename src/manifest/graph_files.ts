import type { Manifest } from "./manifest.ts";

/** Entry of a manifest for one file: the graph, or a file with weights of the graph. */
export type GraphFile = Pick<Manifest["graph"], "file" | "sha256" | "bytes">;

/** Returns the bytes of a graph together with its data files, as the manifest declares them. */
export function graphBytes({ bytes, data = [] }: Manifest["graph"]): number {
  return data.reduce((sum, file) => sum + file.bytes, bytes);
}

/**
 * Reads the data files of a graph (ONNX external data), one after the other.
 *
 * @param read Reads one file.
 * @returns Names and contents of the files. Empty if the graph holds all of its weights.
 */
export async function readData<Bytes>(
  { graph }: Manifest,
  read: (file: GraphFile) => Promise<Bytes>,
): Promise<{ readonly file: string; readonly bytes: Bytes }[]> {
  const found = [];
  for (const entry of graph.data ?? []) {
    found.push({ file: entry.file, bytes: await read(entry) });
  }
  return found;
}
