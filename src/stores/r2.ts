import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";

/**
 * R2 bucket of Cloudflare, with only the methods that the store calls. Cloudflare's type `R2Bucket`
 * has these methods.
 */
export interface ModelBucket {
  /** Returns the object with this key, or null if the bucket has no such object. */
  get(key: string): Promise<
    {
      /** Reads all bytes of the object. */
      arrayBuffer(): Promise<ArrayBuffer>;
    } | null
  >;
  /** Returns the objects in the bucket, at most 1000. Unset: error messages list no models. */
  list?(): Promise<{ readonly objects: readonly { readonly key: string }[] }>;
}

/**
 * Creates a store of models in an R2 bucket of Cloudflare. The key of a manifest is `ID.json`. The
 * key of a graph is the file name in its manifest.
 */
export function r2ModelStore(bucket: ModelBucket): ModelStore {
  return {
    list: () => listModels(bucket),
    async manifest(id) {
      const bytes = await read(bucket, id, `${id}.json`);
      return parseManifestText(id, new TextDecoder().decode(bytes));
    },
    graph: (id, { file }) => read(bucket, id, file),
  };
}

/** Lists the ids of the models whose manifest is at the top level of a bucket. */
async function listModels(bucket: ModelBucket): Promise<string[]> {
  const { objects = [] } = await bucket.list?.() ?? {};
  return objects.flatMap(({ key }) => /^[^/]+\.json$/.test(key) ? [key.slice(0, -5)] : []);
}

async function read(bucket: ModelBucket, id: string, file: string): Promise<Uint8Array> {
  let cause: unknown;
  try {
    const object = await bucket.get(file);
    if (object !== null) return new Uint8Array(await object.arrayBuffer());
  } catch (error) {
    cause = error;
  }
  const fault = cause === undefined ? "is not in the bucket" : "cannot be read from the bucket";
  throw new DomainError("unknown-model", `Cannot load model "${id}" as ${file} ${fault}`, {
    cause,
  });
}
