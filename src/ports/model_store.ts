/** Where manifests and graphs lie. */
export interface ModelStore {
  /** Ids of the models whose graph is there, where the store can tell; else none. */
  list(): Promise<readonly string[]>;
  /** The parsed JSON of a model's manifest, not yet checked. */
  manifest(id: string): Promise<unknown>;
  /**
   * The bytes of a graph.
   *
   * @param file Name that the manifest of `id` gives.
   */
  graph(id: string, file: string): Promise<Uint8Array>;
}
