import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { download } from "./download/download.ts";
import {
  type Fingerprint,
  fingerprint,
  fingerprintFault,
  hasHash,
} from "./download/fingerprint.ts";
import { readArguments } from "../shared/arguments.ts";
import { downloadBar } from "./download_bar.ts";
import { megabytes } from "../shared/megabytes.ts";
import { type CatalogueModel, findInCatalogue, openModels } from "./folder.ts";
import { pinGraph } from "./pin_graph.ts";

const USAGE = `Fetches the graph of a model of the catalogue. What was broken off is gone on with.

  deno task model pull ID [options]

  --from URL    another address of the same file
  --models DIR  folder of the models (models)`;

const options = {
  from: z.url({ protocol: /^https?$/, error: "must start with http:// or https://" }).optional(),
  models: z.string().optional(),
};

/** `deno task model pull` */
export async function modelPull(args: readonly string[]): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  const [id] = files;
  if (files.length !== 1) {
    throw new TypeError(`Cannot pull as one model must be named.\n\n${USAGE}`);
  }
  const models = await openModels(values.models);
  const model = await findInCatalogue(
    models,
    id,
    `Cannot pull ${id} as it is not in the catalogue`,
  );
  const here = await findHere(model);
  const found = here ?? await fetchGraph(model, values.from ?? model.entry.url);
  console.log(`${id} is here${here ? " already" : ""}: ${account(found, model)}`);
  if (model.pinned) return;
  console.log(`${await pinGraph(models.folder, id, found)} has its size and SHA-256 from now on`);
}

/** The graph, if it is here and right. */
async function findHere({ graph, expected }: CatalogueModel): Promise<Fingerprint | undefined> {
  if (await stat(graph).then(() => false, () => true)) return undefined;
  const found = await fingerprint(graph);
  const fault = fingerprintFault(found, expected);
  if (fault === undefined) return found;
  console.error(`${basename(graph)} is here, but ${fault}: it will be replaced`);
  return undefined;
}

async function fetchGraph(model: CatalogueModel, url: string): Promise<Fingerprint> {
  const { entry, graph, expected } = model;
  console.error(`Fetching ${basename(graph)} from ${url}`);
  using bar = downloadBar();
  try {
    return await download(url, graph, expected, {
      onProgress: (progress) => bar.show(progress),
      onRetry: (reason) => bar.say(`${reason}; trying again`),
    });
  } catch (error) {
    throw new Error(
      `${(error as Error).message}.\n` +
        `The file is described at ${entry.source}; --from URL fetches it from another address`,
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
