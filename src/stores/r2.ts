import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";

/** As much of an R2 bucket's binding as it takes to read from it. */
export interface ModelBucket {
  /** An object by its key, or null if there is none. */
  get(key: string): Promise<
    {
      /** All of it. */
      arrayBuffer(): Promise<ArrayBuffer>;
    } | null
  >;
}

/** Models in an R2 bucket: `ID.json`, the graph beside it. */
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
