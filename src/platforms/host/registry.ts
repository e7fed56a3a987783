import type { Detector } from "../../ports/detector.ts";
import type { Config } from "../../server/config.ts";
import { readManifests } from "../../server/read_manifests.ts";
import { ModelRegistry } from "../../serving/model_registry.ts";
import { folderModelStore } from "../../stores/folder.ts";
import { modelsFolder } from "./models_folder.ts";

/** Model to load. */
export interface HostModel {
  /** Key of the model in the store. */
  readonly storeKey: string;
  /** URL of the models folder, with a slash at its end. */
  readonly folder: URL;
}

/**
 * Creates the registry of the models of a folder. The models of `MODELS` start to load.
 *
 * @param copies Sessions per model.
 * @param load Loads a model.
 * @param retryMs Milliseconds until a failed load is retried; doubled with each further retry. Unset:
 *   failed loads are not retried.
 */
export async function hostRegistry(
  config: Config,
  copies: number,
  load: (model: HostModel) => Promise<Detector>,
  retryMs?: number,
): Promise<ModelRegistry> {
  const folder = modelsFolder(config.MODELS_DIR);
  const log = (message: string) => console.error(message);
  const store = folderModelStore(folder);
  const { storeKeyOf, ...served } = await readManifests(store, config.MODELS, log);
  return new ModelRegistry({
    ...served,
    budget: config.MODEL_MEMORY,
    copies,
    load: (id) => load({ storeKey: storeKeyOf(id), folder }),
    retryMs,
    stampOf: store.stamp && ((id) => store.stamp!(storeKeyOf(id))),
    log,
  });
}
