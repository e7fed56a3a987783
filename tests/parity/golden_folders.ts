import { fileURLToPath } from "node:url";
import { type Golden, readGolden } from "../../src/commands/eval_files/golden_file.ts";

const GOLDENS = new URL("goldens/", import.meta.url);

// deno-lint-ignore no-explicit-any -- properties are set by their path
type Json = any;

/** Wrong value of one manifest property, with which every golden of the folder must fail. */
export interface Twin {
  readonly claim: string;
  /** Path of the property, joined by dots. */
  readonly property: string;
  readonly value: unknown;
}

/** Folder that a script of `make/` wrote for one family. */
export interface GoldenFolder {
  readonly name: string;
  readonly folder: URL;
  /** JSON of the manifest. */
  readonly manifest: Json;
  readonly goldens: readonly Golden[];
  readonly twins: readonly Twin[];
}

/** Reads every folder with a graph. The others belong to models that lie elsewhere. */
export async function goldenFolders(): Promise<GoldenFolder[]> {
  const names = (await namesIn(GOLDENS)).sort();
  const folders = await Promise.all(names.map(async (name) => {
    const folder = new URL(`${name}/`, GOLDENS);
    return (await namesIn(folder)).includes("model.onnx") ? [await readFolder(name, folder)] : [];
  }));
  return folders.flat();
}

/** Reads the goldens of a folder. */
export async function goldensIn(folder: URL): Promise<Golden[]> {
  const files = (await namesIn(folder)).filter((name) => /^\d+x\d+\.json$/.test(name)).sort();
  return await Promise.all(files.map((name) => readGolden(fileURLToPath(new URL(name, folder)))));
}

/** Reads the twins of a folder. */
export async function twinsIn(folder: URL): Promise<Twin[]> {
  return await readJson(new URL("twins.json", folder));
}

/**
 * Returns a copy of a manifest with one property changed.
 *
 * @throws {Error} If the manifest does not have the property.
 */
export function withProperty(manifest: Json, { property, value }: Omit<Twin, "claim">): Json {
  const copy = structuredClone(manifest);
  const path = property.split(".");
  const last = path.pop()!;
  const owner = path.reduce((part, key) => part[key], copy);
  if (!(last in owner)) throw new Error(`the manifest has no ${property}`);
  owner[last] = value;
  return copy;
}

async function readFolder(name: string, folder: URL): Promise<GoldenFolder> {
  return {
    name,
    folder,
    manifest: await readJson(new URL("manifest.json", folder)),
    goldens: await goldensIn(folder),
    twins: await twinsIn(folder),
  };
}

async function namesIn(folder: URL): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names;
}

async function readJson(file: URL): Promise<Json> {
  return JSON.parse(await Deno.readTextFile(file));
}
