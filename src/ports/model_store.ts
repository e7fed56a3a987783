import type { Manifest } from "../manifest/manifest.ts";

/**
 * Choices between a graph and its variants for single engines. `auto`: an engine runs its variant, if
 * there is one. `off`: every engine runs the graph itself.
 */
export const VARIANT_CHOICES = ["auto", "off"] as const;

/** Choice between a graph and its variants. */
export type VariantChoice = (typeof VARIANT_CHOICES)[number];

/** Source of manifests and graphs: a folder, an HTTP server, a bucket or a cache. */
export interface ModelStore {
  /**
   * Lists the ids of the models whose graph is present. A store that cannot list its models returns
   * an empty array.
   */
  list(): Promise<readonly string[]>;
  /**
   * Reads and checks the manifest of a model.
   *
   * @param id Model id. Some stores also accept the path or the URL of a manifest.
   * @throws {DomainError} `unknown-model` or `manifest-invalid`.
   */
  manifest(id: string): Promise<Manifest>;
  /**
   * Reads the bytes of a graph, or of a file with its weights, without comparing the bytes with the
   * manifest.
   *
   * @param graph Entry `graph` in the manifest of model `id`, or an entry of its `graph.data`.
   * @throws {DomainError} `unknown-model`, if the file is missing or cannot be read.
   */
  graph(id: string, graph: Manifest["graph"]): Promise<Uint8Array>;
  /**
   * Returns a text that changes when a file of a model is changed, created or deleted. Unset: the
   * store cannot notice changes.
   */
  stamp?(id: string): Promise<string>;
}
