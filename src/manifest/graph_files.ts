import type { Provider } from "../core/provider.ts";
import type { Manifest } from "./manifest.ts";

/** Entry of a manifest for one file: a graph, or a file with weights of a graph. */
export type GraphFile = Pick<Manifest["graph"], "file" | "sha256" | "bytes">;

/** Entry of a manifest for a graph, or for a variant of the graph. */
export type GraphEntry = Manifest["graph"];

/** Returns the total number of bytes of a graph and its data files, as declared in the manifest. */
export function graphBytes({ bytes, data = [] }: GraphEntry): number {
  return data.reduce((sum, file) => sum + file.bytes, bytes);
}

/**
 * Reads the data files of a graph, one after the other. Data files contain weights that are not in
 * the graph file (ONNX external data).
 *
 * @param read Reads one file.
 * @returns Names and contents of the data files. Empty if the graph file contains all weights.
 */
export async function readData<Bytes>(
  { data = [] }: GraphEntry,
  read: (file: GraphFile) => Promise<Bytes>,
): Promise<{ readonly file: string; readonly bytes: Bytes }[]> {
  const found = [];
  for (const entry of data) {
    found.push({ file: entry.file, bytes: await read(entry) });
  }
  return found;
}

/**
 * Returns a copy of a manifest with only those variants of the graph that one of the given engines
 * runs.
 *
 * @param engines Engines that a runtime may start.
 */
export function keepVariants(manifest: Manifest, engines: readonly Provider[]): Manifest {
  const { variants, ...rest } = manifest;
  const kept = variants?.filter((variant) => {
    return variant.engines.some((engine) => engines.includes(engine));
  });
  return kept?.length ? { ...rest, variants: kept } : rest;
}

/**
 * Returns a manifest for one engine. If the graph has a variant for this engine, the returned
 * manifest contains the variant and its metrics instead of the original graph.
 */
export function manifestFor(manifest: Manifest, engine: Provider): Manifest {
  const { variants = [], ...rest } = manifest;
  const variant = variants.find(({ engines }) => engines.includes(engine));
  if (variant === undefined) return manifest;
  const { engines: _, metrics, ...graph } = variant;
  return { ...rest, graph, metrics };
}
