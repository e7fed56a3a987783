import { runCounter } from "../../detect/count_runs.ts";
import type { Detector } from "../../ports/detector.ts";
import { imageLimits } from "../../server/image_limits.ts";
import type { Config } from "../../server/config.ts";
import { messageLine } from "../../server/logger.ts";
import { readManifests } from "../../server/read_manifests.ts";
import { ModelRegistry } from "../../serving/model_registry.ts";
import { folderModelStore } from "../../stores/folder.ts";
import { modelsFolder } from "./models_folder.ts";

/** Location of a model to load. */
export interface HostModel {
  /** Key of the model in the folder's model store: the model id, or the path of the manifest. */
  readonly storeKey: string;
  /** URL of the models folder, with a slash at its end. */
  readonly folder: URL;
  /** Counts how many times a call runs the graph. Unset: the manifest of the model is invalid. */
  readonly countRuns?: ReturnType<typeof runCounter> | undefined;
}

/**
 * Creates a registry of the models in a folder, and starts to load the models that the setting
 * `MODELS` names.
 *
 * @param copies Number of copies of each model in memory. Each worker process has its own copy.
 * @param load Loads a model.
 * @param retryMs Milliseconds between a failed load and its first retry. The pause doubles with
 *   each retry. Unset: failed loads are not retried.
 */
export async function hostRegistry(
  config: Config,
  copies: number,
  load: (model: HostModel) => Promise<Detector>,
  retryMs?: number,
): Promise<ModelRegistry> {
  const folder = modelsFolder(config.MODELS_DIR);
  const log = (message: string) => console.error(messageLine(config.LOG, "warn", message));
  const store = folderModelStore(folder);
  const { storeKeyOf, ...served } = await readManifests(store, config.MODELS, log);
  return new ModelRegistry({
    ...served,
    budget: config.MODEL_MEMORY,
    copies,
    load: (id) => {
      const manifest = served.manifests.find((each) => each.id === id);
      const countRuns = manifest && runCounter(manifest, imageLimits(config));
      return load({ storeKey: storeKeyOf(id), folder, countRuns });
    },
    retryMs,
    stampOf: store.stamp && ((id) => store.stamp!(storeKeyOf(id))),
    log,
  });
}
