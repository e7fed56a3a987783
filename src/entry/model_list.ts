import { readdir, stat } from "node:fs/promises";
import { z } from "zod";
import type { Manifest } from "../../models/manifest.ts";
import { partSize } from "../runtime/part_file.ts";
import { CATALOGUE } from "../runtime/read_catalogue.ts";
import { readArguments } from "./arguments.ts";
import { megabytes } from "./megabytes.ts";
import { graphPath, type Models, openModels, readManifest } from "./models.ts";
import { textTable } from "./text_table.ts";

const USAGE = `Lists all models, those of the catalogue and those that are here.

  deno task model list [options]

  --models DIR  folder of the models (models)`;

const options = { models: z.string().optional() };

/** `deno task model list` */
export async function modelList(args: readonly string[]): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  if (files.length > 0) {
    throw new TypeError(`Cannot list ${files[0]} as all models are listed.\n\n${USAGE}`);
  }
  const models = await openModels(values.models);
  const rows = await Promise.all((await idsOf(models)).map((id) => rowOf(models, id)));
  console.log(textTable(["id", "title", "size", "state", "licence"], rows));
}

/** Every model of the catalogue, and whatever else has a manifest here. */
async function idsOf({ folder, catalogue }: Models): Promise<string[]> {
  const manifests = (await readdir(folder)).filter((name) =>
    name.endsWith(".json") && name !== CATALOGUE
  );
  const ids = [
    ...catalogue.map(({ id }) => id),
    ...manifests.map((name) => name.slice(0, -".json".length)),
  ];
  return [...new Set(ids)].sort();
}

async function rowOf(models: Models, id: string): Promise<string[]> {
  try {
    const manifest = await readManifest(models, id);
    const { title, licence, graph } = manifest;
    return [id, title, megabytes(graph.bytes), await stateOf(models, id, manifest), licence];
  } catch {
    return [id, "", "", "no valid manifest", ""];
  }
}

async function stateOf(models: Models, id: string, manifest: Manifest): Promise<string> {
  const path = graphPath(models, manifest);
  const { bytes } = manifest.graph;
  const size = await stat(path).then(({ size }) => size, () => undefined);
  if (size !== undefined) return size === bytes ? "here" : `here, but ${megabytes(size)}`;
  if (!models.catalogue.some((entry) => entry.id === id)) return "no graph file";
  const part = await partSize(path);
  return part > 0 ? `part of it here (${Math.floor(100 * part / bytes)} %)` : "not here";
}
