import { fileURLToPath } from "node:url";
import { type Golden, readGolden } from "../../src/commands/eval_files/golden_file.ts";

const GOLDENS = new URL("goldens/", import.meta.url);

// deno-lint-ignore no-explicit-any -- tests set its properties by their path
type Json = any;

/** A property of a manifest with a value that must make every golden of the family fail. */
export interface Twin {
  readonly claim: string;
  /** Path with dots. */
  readonly property: string;
  readonly value: unknown;
}

/** What a script of make/ wrote for a family. */
export interface GoldenFolder {
  readonly family: string;
  readonly folder: URL;
  readonly manifest: Json;
  readonly goldens: readonly Golden[];
  readonly twins: readonly Twin[];
}

/** Every family with a graph of its own; the others are tested beside their model. */
export async function goldenFolders(): Promise<GoldenFolder[]> {
  const families = (await namesIn(GOLDENS)).sort();
  const folders = await Promise.all(families.map(async (family) => {
    const folder = new URL(`${family}/`, GOLDENS);
    return (await namesIn(folder)).includes("model.onnx") ? [await readFolder(family, folder)] : [];
  }));
  return folders.flat();
}

/** The goldens of one folder. */
export async function goldensIn(folder: URL): Promise<Golden[]> {
  const files = (await namesIn(folder)).filter((name) => /^\d+x\d+\.json$/.test(name)).sort();
  return await Promise.all(files.map((name) => readGolden(fileURLToPath(new URL(name, folder)))));
}

/** The twins of one folder. */
export async function twinsIn(folder: URL): Promise<Twin[]> {
  return await readJson(new URL("twins.json", folder));
}

/** A copy of a manifest with one property changed, which it must have. */
export function withProperty(manifest: Json, { property, value }: Omit<Twin, "claim">): Json {
  const copy = structuredClone(manifest);
  const path = property.split(".");
  const last = path.pop()!;
  const owner = path.reduce((part, key) => part[key], copy);
  if (!(last in owner)) throw new Error(`the manifest has no ${property}`);
  owner[last] = value;
  return copy;
}

async function readFolder(family: string, folder: URL): Promise<GoldenFolder> {
  return {
    family,
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
