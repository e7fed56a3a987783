import { DomainError } from "../core/domain_error.ts";
import { graphFault } from "../manifest/graph_fault.ts";
import {
  graphBytes,
  type GraphEntry,
  type GraphFile,
  keepVariants,
  manifestFor,
  readData,
} from "../manifest/graph_files.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ModelStore } from "../ports/model_store.ts";
import type { Capabilities, Runtime } from "../ports/runtime.ts";
import type { GraphContent, Provider, Session } from "../ports/session.ts";
import { checkGraph } from "./check_graph.ts";

/** Model whose graph is loaded and matches its manifest. */
export interface LoadedModel {
  /**
   * Checked manifest. The fields `graph` and `metrics` describe the graph that the engine has
   * loaded.
   */
  readonly manifest: Manifest;
  /** Loaded graph. */
  readonly session: Session;
}

/**
 * Loads a model.
 *
 * 1. Read the manifest. Keep only those variants of the graph that a requested engine runs.
 * 2. Check the declared size of the graph and its data files before reading the files.
 * 3. Read the graph and its data files, and check their lengths and SHA-256.
 * 4. Open a session.
 * 5. Check that the inputs and outputs of the graph match the manifest.
 *
 * @param id Model id in the model store of the runtime.
 * @throws {DomainError} `unknown-model`, `manifest-invalid`, `model-too-large`, `graph-mismatch` or
 *   `engine-unavailable`.
 */
export async function loadModel(
  runtime: Runtime,
  id: string,
  engine: Provider | "auto",
): Promise<LoadedModel> {
  const engines = engine === "auto" ? runtime.capabilities.providers : [engine];
  const complete = keepVariants(await runtime.models.manifest(id), engines);
  const { graph, variants = [] } = complete;
  for (const entry of [graph, ...variants]) checkSize(id, entry, runtime.capabilities);
  const read = (entry: GraphEntry) => readGraph(runtime.models, id, entry);
  const choice = {
    ...await read(graph),
    variants: await Promise.all(variants.map(async (variant) => {
      return { ...await read(variant), engines: variant.engines };
    })),
  };
  const session = await runtime.openSession(choice, engine);
  const manifest = manifestFor(complete, session.engine.provider);
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
  id: string,
  graph: GraphEntry,
  { maxModelBytes, largerModelsHint = "serve it elsewhere" }: Capabilities,
): void {
  const bytes = graphBytes(graph);
  if (bytes <= maxModelBytes) return;
  throw new DomainError(
    "model-too-large",
    `Cannot load model "${id}" as its graph has ${bytes} bytes and this runtime takes at most ` +
      `${maxModelBytes}: ${largerModelsHint}`,
  );
}

/** Reads a graph and its data files. */
async function readGraph(
  models: ModelStore,
  id: string,
  graph: GraphEntry,
): Promise<GraphContent> {
  const bytes = await readFile(models, id, graph);
  return { bytes, data: await readData(graph, (file) => readFile(models, id, file)) };
}

/** Reads the graph or one of its data files, and checks its length and SHA-256. */
async function readFile(models: ModelStore, id: string, wanted: GraphFile): Promise<Uint8Array> {
  const bytes = await models.graph(id, wanted);
  const fault = await graphFault(wanted, bytes);
  if (fault) throw new DomainError("graph-mismatch", `Cannot load ${wanted.file} as ${fault}`);
  return bytes;
}
