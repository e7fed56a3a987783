import type { Manifest } from "../manifest/manifest.ts";
import type { ModelStore } from "../ports/model_store.ts";

/** Manifests of the models that a server offers. */
export interface ServedManifests {
  /** Valid manifests, at most one per model id. */
  readonly manifests: readonly Manifest[];
  /** Ids of the models that load at start-up, in the configured order. */
  readonly atStart: readonly string[];
  /** Errors of the start-up models without a valid manifest, by model id. */
  readonly faults: ReadonlyMap<string, Error>;
  /** Returns the key of a model in the model store: the model id, or the path of the manifest. */
  readonly storeKeyOf: (id: string) => string;
}

/**
 * Reads the manifests of the models that load at start-up, then all other manifests of the store.
 *
 * @param start Models that load at start-up: ids, or paths of manifests.
 * @param log Called with a message for each manifest that is skipped. A manifest is skipped if it
 *   repeats the id of an earlier manifest. An invalid manifest is skipped if its model does not
 *   load at start-up.
 */
export async function readManifests(
  store: ModelStore,
  start: readonly string[],
  log: (message: string) => void,
): Promise<ServedManifests> {
  const manifests = new Map<string, Manifest>();
  const storeKeys = new Map<string, string>();
  const faults = new Map<string, Error>();
  const atStart: string[] = [];
  for (const storeKey of new Set([...start, ...await store.list()])) {
    try {
      const manifest = await store.manifest(storeKey);
      if (manifests.has(manifest.id)) {
        log(`"${storeKey}" is not served as another manifest has its id, "${manifest.id}"`);
        continue;
      }
      if (start.includes(storeKey)) atStart.push(manifest.id);
      manifests.set(manifest.id, manifest);
      storeKeys.set(manifest.id, storeKey);
    } catch (error) {
      if (start.includes(storeKey)) {
        atStart.push(storeKey);
        faults.set(storeKey, error as Error);
      } else log(`Model "${storeKey}" is not served. ${(error as Error).message}`);
    }
  }
  return {
    manifests: [...manifests.values()],
    atStart,
    faults,
    storeKeyOf: (id) => storeKeys.get(id) ?? id,
  };
}
