import { DomainError } from "../core/domain_error.ts";
import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { ModelStore } from "../ports/model_store.ts";
import type { EmbedOptions, ModelFiles } from "./options.ts";

/** Reads a model file of at most `maxBytes` by its URL. */
export type ReadFile = (url: URL, maxBytes: number, signal?: AbortSignal) => Promise<Uint8Array>;

/** Model whose manifest has been read. */
export interface FoundModel {
  /** Manifest, checked. */
  readonly manifest: Manifest;
  /** Store that holds only this model and ignores the id that it is given. */
  readonly store: ModelStore;
}

/** Maximum bytes of a manifest: many times the longest one that exists. */
const MAX_MANIFEST_BYTES = 1_000_000;

/**
 * Finds the model that the options name, and reads its manifest.
 *
 * @param packaged Models that come with the package.
 * @param readFile Reads the files of a model by URL. Unset: a URL is passed to `packaged` as the model id.
 * @throws {DomainError} `unknown-model`, if there is no such model; `manifest-invalid`.
 */
export async function findModel(
  { model, signal }: Pick<EmbedOptions, "model" | "signal">,
  packaged: ModelStore,
  readFile?: ReadFile,
): Promise<FoundModel> {
  if (isFiles(model)) return fromMemory(model);
  const url = urlOf(model);
  if (url !== null && readFile) return await fromUrl(url, readFile, signal);
  const id = url?.href ?? idOf(model);
  return foundModel(await packaged.manifest(id), (graph) => packaged.graph(id, graph));
}

function isFiles(model: unknown): model is ModelFiles {
  return typeof model === "object" && model !== null && "manifest" in model && "graph" in model;
}

function fromMemory({ manifest, graph }: ModelFiles): FoundModel {
  const bytes = ArrayBuffer.isView(graph) ? graph : new Uint8Array(graph);
  return foundModel(parseManifest(manifest), () => Promise.resolve(bytes));
}

async function fromUrl(
  url: URL,
  readFile: ReadFile,
  signal: AbortSignal | undefined,
): Promise<FoundModel> {
  const text = new TextDecoder().decode(await readFile(url, MAX_MANIFEST_BYTES, signal));
  return foundModel(
    parseManifestText(url.href, text),
    ({ file, bytes }) => readFile(new URL(file, url), bytes, signal),
  );
}

function foundModel(
  manifest: Manifest,
  readGraph: (graph: Manifest["graph"]) => Promise<Uint8Array>,
): FoundModel {
  const store: ModelStore = {
    list: () => Promise.resolve([manifest.id]),
    manifest: () => Promise.resolve(manifest),
    graph: (_, graph) => readGraph(graph),
  };
  return { manifest, store };
}

/** Returns the URL that `model` is, or null. A URL of another realm is not an `instanceof URL`. */
function urlOf(model: unknown): URL | null {
  if (typeof model === "string") return /^[a-z][a-z0-9+.-]+:/i.test(model) ? new URL(model) : null;
  return Object.prototype.toString.call(model) === "[object URL]" ? model as URL : null;
}

/** Returns the model id that `model` is. An id is never a path, so it cannot leave the package. */
function idOf(model: unknown): string {
  if (typeof model === "string" && /^[a-z0-9][a-z0-9._-]*$/.test(model)) return model;
  throw new DomainError(
    "unknown-model",
    "Cannot load a model as it must be the id of one in the package, the URL of a manifest or " +
      `{ manifest, graph }: current value is ${
        typeof model === "string" ? `"${model}"` : typeof model
      }. ` +
      "Make a path a URL: new URL(path, import.meta.url).",
  );
}
