import { checkOptions, currentValue, typeName } from "../core/check_options.ts";
import { DomainError } from "../core/domain_error.ts";
import { nearestName } from "../core/nearest_name.ts";
import { type GraphFile, keepVariants } from "../manifest/graph_files.ts";
import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore, VariantChoice } from "../ports/model_store.ts";
import { memoryModelStore } from "./memory_store.ts";
import { MODEL_FILE_RULES } from "./option_rules.ts";
import type { EmbedOptions, ModelFiles } from "./options.ts";

/** Function that reads a model file by its URL. Rejects if the file is longer than `maxBytes`. */
export type ReadFile = (url: URL, maxBytes: number, signal?: AbortSignal) => Promise<Uint8Array>;

/** Model whose manifest has been read. */
export interface FoundModel {
  /** Manifest of the model, already checked. */
  readonly manifest: Manifest;
  /** Store that holds only this model. The methods of the store return this model for every id. */
  readonly store: ModelStore;
}

/** Maximum bytes of a manifest. Real manifests have a few kilobytes. */
const MAX_MANIFEST_BYTES = 1_000_000;

const MODEL_TEXTS = { action: "create a detector", prefix: "model." };

/**
 * Finds the model that the option `model` names, and reads the manifest of this model.
 *
 * @param packaged Store of the models that come with the package.
 * @param readFile Reads a model file by its URL. Unset: a URL is passed to `packaged` as a model
 *   id.
 * @param variants With `off`, the manifest has no variants, so that every engine runs the graph
 *   itself.
 * @throws {DomainError} `unknown-model`, if the model does not exist; `manifest-invalid`, if its
 *   manifest is wrong.
 */
export async function findModel(
  { model, signal }: Pick<EmbedOptions, "model" | "signal">,
  packaged: ModelStore,
  readFile?: ReadFile,
  variants: VariantChoice = "auto",
): Promise<FoundModel> {
  if (isFiles(model)) return fromMemory(checkOptions(model, MODEL_FILE_RULES, MODEL_TEXTS));
  const url = urlOf(model);
  const { manifest, readGraph } = url !== null && readFile
    ? await fromUrl(url, readFile, signal)
    : await fromStore(packaged, url?.href ?? idOf(model));
  return foundModel(variants === "off" ? keepVariants(manifest, []) : manifest, readGraph);
}

/** Manifest, and a function that reads the files it lists. */
interface ReadManifest {
  readonly manifest: Manifest;
  readonly readGraph: (graph: GraphFile) => Promise<Uint8Array>;
}

async function fromStore(store: ModelStore, id: string): Promise<ReadManifest> {
  const manifest = await store.manifest(id).catch(async (error: unknown) => {
    throw await withKnownModels(error, id, store);
  });
  return { manifest, readGraph: (graph) => store.graph(id, graph) };
}

/** Adds the ids of the models in a store to an error about an unknown model. */
async function withKnownModels(error: unknown, id: string, store: ModelStore): Promise<unknown> {
  if (!(error instanceof DomainError) || error.code !== "unknown-model") return error;
  const known = await store.list().catch(() => []);
  const isListed = known.every((each) => error.message.includes(`"${each}"`));
  const guess = nearestName(id, known);
  if (known.length === 0 || isListed) return error;
  const suggestion = guess === undefined ? "" : ` Did you mean "${guess}"?`;
  const hint = `${suggestion} The known models are ${known.map((each) => `"${each}"`).join(", ")}.`;
  return new DomainError("unknown-model", `${error.message.replace(/\.?$/, ".")}${hint}`, {
    cause: error.cause,
  });
}

function isFiles(model: unknown): model is ModelFiles {
  return typeof model === "object" && model !== null && ("manifest" in model || "graph" in model);
}

function fromMemory({ manifest: json, graph, data = {} }: ModelFiles): FoundModel {
  if ((graph as unknown) === undefined) {
    throw new DomainError(
      "invalid-option",
      'Cannot create a detector as "model.graph" must be a Uint8Array or an ArrayBuffer: ' +
        "current value is undefined",
    );
  }
  // Removes the graph's variants for single engines from the manifest, because the caller passes
  // only one graph.
  const manifest = keepVariants(parseManifest(json), []);
  const files = Object.entries(data).map(([file, bytes]) => ({ file, bytes: bytesOf(bytes) }));
  return { manifest, store: memoryModelStore(manifest, bytesOf(graph), files) };
}

function bytesOf(content: Uint8Array | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(content) ? content : new Uint8Array(content);
}

async function fromUrl(
  url: URL,
  readFile: ReadFile,
  signal: AbortSignal | undefined,
): Promise<ReadManifest> {
  const text = new TextDecoder().decode(await readFile(url, MAX_MANIFEST_BYTES, signal));
  return {
    manifest: parseManifestText(url.href, text),
    readGraph: ({ file, bytes }) => readFile(new URL(file, url), bytes, signal),
  };
}

function foundModel(
  manifest: Manifest,
  readGraph: ReadManifest["readGraph"],
): FoundModel {
  const store: ModelStore = {
    list: () => Promise.resolve([manifest.id]),
    manifest: () => Promise.resolve(manifest),
    graph: (_, graph) => readGraph(graph),
  };
  return { manifest, store };
}

/**
 * Returns `model` as a URL, or null if `model` is not a URL. URL objects are recognised by their
 * `Symbol.toStringTag`. `instanceof URL` would be false for a URL object from an iframe or a
 * `node:vm` context.
 */
function urlOf(model: unknown): URL | null {
  if (typeof model === "string") {
    return /^[a-z][a-z0-9+.-]+:/i.test(model) && URL.canParse(model) ? new URL(model) : null;
  }
  return typeName(model) === "URL" ? model as URL : null;
}

/**
 * Returns `model` if it is a valid model id. An id contains no slash, so an id cannot name a file
 * outside the folder of models.
 *
 * @throws {DomainError} `unknown-model`, if `model` is no model id.
 */
function idOf(model: unknown): string {
  if (typeof model === "string" && /^[a-z0-9][a-z0-9._-]*$/.test(model)) return model;
  throw new DomainError(
    "unknown-model",
    "Cannot load a model as it must be the id of one in the package, the URL of a manifest or " +
      `{ manifest, graph }: ${currentValue(model).replace(/\.?$/, ".")} ` +
      "Make a path a URL: new URL(path, import.meta.url).",
  );
}
