import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { parseManifestText } from "../manifest/parse_manifest_text.ts";
import type { EmbedOptions, ModelFiles } from "./options.ts";

/** Reads a file of a model by its address, as long as it has no more bytes than so many. */
export type ReadFile = (url: URL, maxBytes: number, signal?: AbortSignal) => Promise<Uint8Array>;

/** A model whose manifest was read. */
export interface EmbeddedModel {
  /** The manifest, checked. */
  readonly manifest: Manifest;
  /** A store that holds this model alone, whatever it is called. */
  readonly store: ModelStore;
}

/** Many times the longest manifest that there is. */
const MAX_MANIFEST_BYTES = 1_000_000;

/**
 * Finds the model that a detector is to be made of.
 *
 * @param packaged The models that come with the package.
 * @param readFile For models by their address; where absent, the store knows them by that, too.
 * @throws {DomainError} `unknown-model`, if there is none; `manifest-invalid`.
 */
export async function findModel(
  { model, signal }: Pick<EmbedOptions, "model" | "signal">,
  packaged: ModelStore,
  readFile?: ReadFile,
): Promise<EmbeddedModel> {
  if (isFiles(model)) return inMemory(model);
  const url = urlOf(model);
  if (url !== null && readFile) return await atAddress(url, readFile, signal);
  const id = url?.href ?? idOf(model);
  return modelOf(await packaged.manifest(id), (graph) => packaged.graph(id, graph));
}

function isFiles(model: unknown): model is ModelFiles {
  return typeof model === "object" && model !== null && "manifest" in model && "graph" in model;
}

function inMemory({ manifest, graph }: ModelFiles): EmbeddedModel {
  const bytes = ArrayBuffer.isView(graph) ? graph : new Uint8Array(graph);
  return modelOf(parseManifest(manifest), () => Promise.resolve(bytes));
}

async function atAddress(
  url: URL,
  readFile: ReadFile,
  signal: AbortSignal | undefined,
): Promise<EmbeddedModel> {
  const text = new TextDecoder().decode(await readFile(url, MAX_MANIFEST_BYTES, signal));
  return modelOf(
    parseManifestText(url.href, text),
    ({ file, bytes }) => readFile(new URL(file, url), bytes, signal),
  );
}

function modelOf(
  manifest: Manifest,
  readGraph: (graph: Manifest["graph"]) => Promise<Uint8Array>,
): EmbeddedModel {
  const store: ModelStore = {
    list: () => Promise.resolve([manifest.id]),
    manifest: () => Promise.resolve(manifest),
    graph: (_, graph) => readGraph(graph),
  };
  return { manifest, store };
}

/** The address, if it is one. */
function urlOf(model: unknown): URL | null {
  if (typeof model === "string") return /^[a-z][a-z0-9+.-]+:/i.test(model) ? new URL(model) : null;
  return Object.prototype.toString.call(model) === "[object URL]" ? model as URL : null;
}

/** As manifests may be called: no path, and so nothing outside the package. */
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
