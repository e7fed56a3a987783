import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";

/** Subset of an R2 bucket binding that reading takes. */
export interface ModelBucket {
  /** Returns the object of a key, or null if the key is unknown. */
  get(key: string): Promise<
    {
      /** Reads the whole object. */
      arrayBuffer(): Promise<ArrayBuffer>;
    } | null
  >;
}

/** Creates a store of models in an R2 bucket: `ID.json`, the graph beside it. */
export function r2ModelStore(bucket: ModelBucket): ModelStore {
  return {
    list: () => Promise.resolve([]),
    async manifest(id) {
      const bytes = await read(bucket, id, `${id}.json`);
      return parseManifestText(id, new TextDecoder().decode(bytes));
    },
    graph: (id, { file }) => read(bucket, id, file),
  };
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
