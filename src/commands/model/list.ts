import { readdir, readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { modelsOption, readArguments, usageOf } from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { megabytes, textTable } from "../shared/text_table.ts";
import { partSize } from "./download/part_file.ts";
import { type Model, type Models, openModels, readModel } from "./folder.ts";

const SPEC = {
  name: "model list",
  summary: "List the models of the catalogue and of the folder.",
  options: {
    models: modelsOption,
    json: z.boolean().default(false).meta({ description: "print one JSON object per line" }),
  },
} satisfies CommandSpec;

/** Columns of the printed table, and keys of the objects that the option `--json` prints. */
const COLUMNS = ["id", "title", "size", "state", "licence"] as const;

/** Runs `deno task model list`. */
export const main: CommandMain = commandMain(list, SPEC);

async function list(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  if (files.length > 0) {
    throw new TypeError(
      `Cannot list ${files[0]} as all models are listed.\n\n${usageOf(SPEC, io)}`,
    );
  }
  const models = await openModels(values.models);
  const rows = await Promise.all((await idsOf(models)).map((id) => rowOf(models, id)));
  if (!values.json) return io.print(textTable([...COLUMNS], rows));
  for (const row of rows) {
    io.print(JSON.stringify(Object.fromEntries(COLUMNS.map((name, index) => [name, row[index]]))));
  }
}

/** Returns the ids of the catalogue and of all manifests in the folder. */
async function idsOf({ folder, catalogue }: Models): Promise<string[]> {
  const ids = new Set(catalogue.map(({ id }) => id));
  for (const name of await readdir(folder)) {
    if (name.endsWith(".json") && await isManifest(new URL(name, folder))) {
      ids.add(name.slice(0, -".json".length));
    }
  }
  return [...ids].sort();
}

/**
 * Returns true if a JSON file is a manifest: it has the key `manifest`. The folder also contains
 * other JSON files.
 */
async function isManifest(file: URL): Promise<boolean> {
  try {
    return "manifest" in (JSON.parse(await readFile(file, "utf8")) as object);
  } catch {
    return false;
  }
}

async function rowOf(models: Models, id: string): Promise<string[]> {
  try {
    const model = await readModel(models, id);
    const { title, licence, expected, others } = model;
    const bytes = [expected, ...others.map((file) => file.expected)].map(({ bytes }) =>
      bytes ?? NaN
    );
    const total = bytes.reduce((sum, each) => sum + each, 0);
    const size = Number.isNaN(total) ? "?" : megabytes(total);
    return [id, title, size, await stateOf(models, model), licence];
  } catch {
    return [id, "", "", "no valid manifest", ""];
  }
}

async function stateOf(
  { catalogue }: Models,
  { id, graph, expected, others }: Model,
): Promise<string> {
  const { bytes } = expected;
  const size = await stat(graph).then(({ size }) => size, () => undefined);
  if (size !== undefined) {
    for (const { file, path } of others) {
      if (await stat(path).then(() => false, () => true)) return `here, but no ${file}`;
    }
    return size === (bytes ?? size) ? "here" : `here, but ${megabytes(size)}`;
  }
  if (!catalogue.some((entry) => entry.id === id)) return "no graph file";
  const part = await partSize(graph);
  if (part === 0) return "not here";
  const share = bytes === undefined ? megabytes(part) : `${Math.floor(100 * part / bytes)} %`;
  return `part of it here (${share})`;
}
