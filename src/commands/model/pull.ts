import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { readArguments } from "../shared/arguments.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { megabytes } from "../shared/text_table.ts";
import { download } from "./download/download.ts";
import {
  type Fingerprint,
  fingerprint,
  fingerprintFault,
  hasHash,
} from "./download/fingerprint.ts";
import { downloadBar } from "./download_bar.ts";
import { type CatalogueModel, findInCatalogue, openModels } from "./folder.ts";
import { pinGraph } from "./pin_graph.ts";

const USAGE = `Download the graph of a model of the catalogue. Resume an interrupted download.

  deno task model pull ID [options]

  --from URL    download the same file from another URL
  --models DIR  folder of the models (models)`;

const options = {
  from: z.url({ protocol: /^https?$/, error: "must start with http:// or https://" }).optional(),
  models: z.string().optional(),
};

/** Runs `deno task model pull`. */
export const main: CommandMain = commandMain(pull);

async function pull(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  const [id] = files;
  if (id === undefined || files.length > 1) {
    throw new TypeError(`Cannot pull as one model must be named.\n\n${USAGE}`);
  }
  const models = await openModels(values.models);
  const model = await findInCatalogue(
    models,
    id,
    `Cannot pull ${id} as it is not in the catalogue`,
  );
  const here = await findHere(model, io);
  const found = here ?? await fetchGraph(model, values.from ?? model.entry.url, io);
  io.print(`${id} is here${here ? " already" : ""}: ${account(found, model)}`);
  if (model.pinned) return;
  io.print(`${await pinGraph(models.folder, id, found)} has its size and SHA-256 from now on`);
}

/**
 * Returns the size and hashes of the graph if the folder already contains it, and if they are the
 * expected ones.
 */
async function findHere(
  { graph, expected }: CatalogueModel,
  { printError }: CommandIo,
): Promise<Fingerprint | undefined> {
  if (await stat(graph).then(() => false, () => true)) return undefined;
  const found = await fingerprint(graph);
  const fault = fingerprintFault(found, expected);
  if (fault === undefined) return found;
  printError(`${basename(graph)} is here, but ${fault}: it will be replaced`);
  return undefined;
}

async function fetchGraph(
  { entry, graph, expected }: CatalogueModel,
  url: string,
  { printError }: CommandIo,
): Promise<Fingerprint> {
  printError(`Fetching ${basename(graph)} from ${url}`);
  using bar = downloadBar(printError);
  try {
    return await download(url, graph, expected, {
      onProgress: (progress) => bar.show(progress),
      onRetry: (reason) => bar.say(`${reason}; trying again`),
    });
  } catch (error) {
    throw new Error(
      `${(error as Error).message}.\n` +
        `The file is described at ${entry.source}; --from URL fetches it from another URL`,
      { cause: error },
    );
  }
}

function account({ bytes, sha256 }: Fingerprint, { graph, expected }: CatalogueModel): string {
  const hash = hasHash(expected)
    ? "its hash is right"
    : `its SHA-256 is ${sha256}, and no hash is known that it could be held against`;
  return `${basename(graph)}, ${megabytes(bytes)}, ${hash}`;
}
