import type { DetectorOptions } from "../detect/detector.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../image/limits.ts";
import { type GraphFile, keepVariants, readData } from "../manifest/graph_files.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { type GraphData, type Provider, PROVIDERS } from "../ports/session.ts";

/**
 * Model that a program has read and sends to its worker, with the options of the detector. The
 * worker then needs no access to the model's files.
 */
export interface SentModel {
  /** Manifest of the model, already checked. */
  readonly manifest: Manifest;
  /** Bytes of the graph. The worker checks the bytes against the manifest. */
  readonly graph: Uint8Array;
  /**
   * Files with weights of the graph, and files of the graph's variants (versions for single
   * engines). The worker checks all these files against the manifest.
   */
  readonly data: readonly GraphData[];
  /** Engine that runs the model. With `auto`, the first engine that works. */
  readonly engine: Provider | "auto";
  /** Limits of one image. */
  readonly limits: ImageLimits;
}

/**
 * Reads the files of a model, so that the caller can send them to a worker.
 *
 * @param engines Engines that the worker may start.
 * @throws {DomainError} If the model is unknown or its manifest is wrong.
 */
export async function readSentModel(
  models: ModelStore,
  { model, engine = "auto", limits = DEFAULT_IMAGE_LIMITS }: DetectorOptions,
  engines: readonly Provider[] = PROVIDERS,
): Promise<SentModel> {
  const wanted = engine === "auto" ? engines : [engine];
  const manifest = keepVariants(await models.manifest(model), wanted);
  const read = (file: GraphFile) => models.graph(model, file);
  const graph = await read(manifest.graph);
  const data = await readData(manifest.graph, read);
  for (const variant of manifest.variants ?? []) {
    data.push({ file: variant.file, bytes: await read(variant) }, ...await readData(variant, read));
  }
  return { manifest, graph, data, engine, limits };
}
