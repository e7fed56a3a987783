import { type Manifest, parseManifest } from "../../models/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { Provider, Session } from "../ports/session.ts";
import { checkGraph } from "./check_graph.ts";
import { sha256 } from "./sha256.ts";

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
 * @throws {DomainError} `manifest-invalid`, `graph-mismatch` or `engine-unavailable`.
 */
export async function loadModel(
  runtime: Runtime,
  id: string,
  engine: Provider | "auto",
): Promise<LoadedModel> {
  const manifest = parseManifest(await runtime.models.manifest(id));
  const graph = await runtime.models.graph(id, manifest.graph.file);
  await checkFile(manifest, graph, runtime.capabilities.maxModelBytes);
  const session = await runtime.openSession(graph, engine);
  try {
    checkGraph(manifest, session);
  } catch (error) {
    await session.close();
    throw error;
  }
  return { manifest, session };
}

async function checkFile(manifest: Manifest, graph: Uint8Array, maxBytes: number): Promise<void> {
  const { file, bytes, sha256: wanted } = manifest.graph;
  const fault = graph.length !== bytes
    ? `it has ${graph.length} bytes where the manifest says ${bytes}`
    : graph.length > maxBytes
    ? `it has ${graph.length} bytes and this runtime takes at most ${maxBytes}`
    : await sha256(graph).then((found) =>
      found !== wanted && `its SHA-256 is ${found} where the manifest says ${wanted}`
    );
  if (fault) throw new DomainError("graph-mismatch", `Cannot load ${file} as ${fault}`);
}
