/** Where manifests and graphs lie. */
export interface ModelStore {
  /** The parsed JSON of a model's manifest, not yet checked. */
  manifest(id: string): Promise<unknown>;
  /**
   * The bytes of a graph.
   *
   * @param file Name that the manifest of `id` gives.
   */
  graph(id: string, file: string): Promise<Uint8Array>;
}
