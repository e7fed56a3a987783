import { rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { fingerprint, fingerprintFault } from "./download/fingerprint.ts";
import { deletePart, partSize } from "./download/part_file.ts";
import { readArguments } from "../shared/arguments.ts";
import { megabytes } from "../shared/megabytes.ts";
import { findInCatalogue, openModels } from "./folder.ts";

const USAGE = `Deletes a graph that can be fetched again; its manifest stays.

  deno task model remove ID [options]

  --models DIR  folder of the models (models)`;

const options = { models: z.string().optional() };

/** `deno task model remove` */
export async function modelRemove(args: readonly string[]): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  const [id] = files;
  if (files.length !== 1) {
    throw new TypeError(`Cannot remove as one model must be named.\n\n${USAGE}`);
  }
  const { graph, expected } = await findInCatalogue(
    await openModels(values.models),
    id,
    `Cannot remove ${id} as nothing could fetch it again: it is not in the catalogue`,
  );
  const size = await stat(graph).then(({ size }) => size, () => 0);
  const part = await partSize(graph);
  if (size > 0) {
    const fault = fingerprintFault(await fingerprint(graph), expected);
    if (fault !== undefined) {
      const file = basename(graph);
      throw new Error(
        `Cannot remove ${file} as it is not the catalogue's: ${fault}. Nothing could fetch it again`,
      );
    }
    await rm(graph);
  }
  await deletePart(graph);
  console.log(
    size + part > 0 ? `${id} is gone: ${megabytes(size + part)} freed` : `${id} was not here`,
  );
}
