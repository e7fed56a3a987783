import { DomainError } from "../core/domain_error.ts";
import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Capabilities, Runtime } from "../ports/runtime.ts";
import type { Provider, Session } from "../ports/session.ts";
import { checkGraph } from "./check_graph.ts";

/** Model whose graph is loaded and matches its manifest. */
export interface LoadedModel {
  /** Checked manifest. */
  readonly manifest: Manifest;
  /** Loaded graph. */
  readonly session: Session;
}

/**
 * Loads a model.
 *
 * 1. Read the manifest.
 * 2. Check the size of the graph before any byte of it is read.
 * 3. Read the graph and check its length and SHA-256.
 * 4. Open a session.
 * 5. Check the tensors of the graph against the manifest.
 *
 * @param id Model id in the runtime's store.
 * @throws {DomainError} `unknown-model`, `manifest-invalid`, `model-too-large`, `graph-mismatch` or
 *   `engine-unavailable`.
 */
export async function loadModel(
  runtime: Runtime,
  id: string,
  engine: Provider | "auto",
): Promise<LoadedModel> {
  const manifest = await runtime.models.manifest(id);
  checkSize(manifest, runtime.capabilities);
  const graph = await runtime.models.graph(id, manifest.graph);
  await checkFile(manifest, graph);
  const session = await runtime.openSession(graph, engine);
  try {
    checkGraph(manifest, session);
  } catch (error) {
    await session.close();
    throw error;
  }
  return { manifest, session };
}

/** Refuses a graph that is larger than the runtime can load. */
function checkSize(
  { id, graph: { bytes } }: Manifest,
  { maxModelBytes, largerModelsHint = "serve it elsewhere" }: Capabilities,
): void {
  if (bytes <= maxModelBytes) return;
  throw new DomainError(
    "model-too-large",
    `Cannot load model "${id}" as its graph has ${bytes} bytes and this runtime takes at most ` +
      `${maxModelBytes}: ${largerModelsHint}`,
  );
}

/** Throws if the length or the SHA-256 of a graph differs from its manifest. */
async function checkFile({ graph: wanted }: Manifest, graph: Uint8Array): Promise<void> {
  const fault = await graphFault(wanted, graph);
  if (fault) throw new DomainError("graph-mismatch", `Cannot load ${wanted.file} as ${fault}`);
}
