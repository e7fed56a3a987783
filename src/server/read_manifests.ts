import type { Manifest } from "../manifest/manifest.ts";
import type { ModelStore } from "../ports/model_store.ts";

/** The manifests of a server. */
export interface ServedManifests {
  /** Those that can be used. */
  readonly manifests: readonly Manifest[];
  /** Ids of the models of the start, in the order in which they were named. */
  readonly atStart: readonly string[];
  /** Why a model of the start has no usable manifest. */
  readonly faults: ReadonlyMap<string, Error>;
  /** What the store knows a model by: its id, or the path of its manifest. */
  readonly storeKeyOf: (id: string) => string;
}

/**
 * Reads the manifests of the models of the start, then of all others that the store has.
 *
 * @param start Ids of models, or paths of manifests.
 * @param log Told of a manifest that nobody named and that cannot be used.
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
