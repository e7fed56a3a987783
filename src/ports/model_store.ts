import type { Manifest } from "../manifest/manifest.ts";

/** Source of manifests and graphs: a folder, an HTTP server, a bucket or a cache. */
export interface ModelStore {
  /** Lists the ids of the models whose graph is present. Stores that cannot list return none. */
  list(): Promise<readonly string[]>;
  /**
   * Reads and checks the manifest of a model.
   *
   * @param id Model id. Some stores also accept the path or the URL of a manifest.
   * @throws {DomainError} `unknown-model` or `manifest-invalid`.
   */
  manifest(id: string): Promise<Manifest>;
  /**
   * Reads the bytes of a graph, not yet checked against the manifest.
   *
   * @param graph Graph file as the manifest of `id` names it.
   * @throws {DomainError} `unknown-model`, if the file is missing or cannot be read.
   */
  graph(id: string, graph: Manifest["graph"]): Promise<Uint8Array>;
  /**
   * Returns a text that changes when a file of a model changes, appears or goes. Unset: the store
   * cannot tell.
   */
  stamp?(id: string): Promise<string>;
}
