import { graphFault } from "../manifest/graph_fault.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Capabilities, Runtime } from "../ports/runtime.ts";
import type { Provider, Session } from "../ports/session.ts";
import { checkGraph } from "./check_graph.ts";

/** A manifest and the session that was checked against it. */
export interface LoadedModel {
  /** How the graph behaves. */
  readonly manifest: Manifest;
  /** The graph, loaded. */
  readonly session: Session;
}

/**
 * Loads a model: manifest, graph file, session; each is checked before the next is trusted.
 *
 * @throws {DomainError} `manifest-invalid`, `model-too-large`, `graph-mismatch` or
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

/** Before a byte is read, as the graph itself may be more than there is room for. */
function checkSize(
  { id, graph: { bytes } }: Manifest,
  { maxModelBytes, largerModels = "serve it elsewhere" }: Capabilities,
): void {
  if (bytes <= maxModelBytes) return;
  throw new DomainError(
    "model-too-large",
    `Cannot load model "${id}" as its graph has ${bytes} bytes and this runtime takes at most ` +
      `${maxModelBytes}: ${largerModels}`,
  );
}

async function checkFile({ graph: wanted }: Manifest, graph: Uint8Array): Promise<void> {
  const fault = await graphFault(wanted, graph);
  if (fault) throw new DomainError("graph-mismatch", `Cannot load ${wanted.file} as ${fault}`);
}
