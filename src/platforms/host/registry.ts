import { ModelRegistry } from "../../serving/model_registry.ts";
import type { Detector } from "../../ports/detector.ts";
import { folderModelStore } from "../../stores/folder.ts";
import type { Config } from "../../server/config.ts";
import { modelsFolder } from "./models_folder.ts";
import { readManifests } from "../../server/read_manifests.ts";

/** A model that is to be loaded. */
export interface HostModel {
  /** What the store knows it by. */
  readonly storeKey: string;
  /** URL of the folder of the models, with a slash at its end. */
  readonly folder: URL;
}

/**
 * The models of a folder by a configuration; those of the start begin to load.
 *
 * @param copies How many sessions each model is held in.
 */
export async function hostRegistry(
  config: Config,
  copies: number,
  load: (model: HostModel) => Promise<Detector>,
): Promise<ModelRegistry> {
  const folder = modelsFolder(config.MODELS_DIR);
  const log = (message: string) => console.error(message);
  const { storeKeyOf, ...served } = await readManifests(
    folderModelStore(folder),
    config.MODELS,
    log,
  );
  return new ModelRegistry({
    ...served,
    budget: config.MODEL_MEMORY,
    copies,
    load: (id) => load({ storeKey: storeKeyOf(id), folder }),
  });
}
