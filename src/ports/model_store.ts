import type { Manifest } from "../manifest/manifest.ts";

/** Where manifests and graphs lie. */
export interface ModelStore {
  /** Ids of the models whose graph is there, where the store can tell; else none. */
  list(): Promise<readonly string[]>;
  /**
   * Reads and checks the manifest of a model.
   *
   * @throws {DomainError} `unknown-model` or `manifest-invalid`.
   */
  manifest(id: string): Promise<Manifest>;
  /**
   * Reads the bytes of a graph, not yet checked against the manifest.
   *
   * @param graph Graph file as the manifest of `id` names it.
   * @throws {DomainError} `unknown-model`.
   */
  graph(id: string, graph: Manifest["graph"]): Promise<Uint8Array>;
}
