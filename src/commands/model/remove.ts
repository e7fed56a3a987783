import { rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { readArguments } from "../shared/arguments.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { megabytes } from "../shared/text_table.ts";
import { fingerprint, fingerprintFault } from "./download/fingerprint.ts";
import { deletePart, partSize } from "./download/part_file.ts";
import { findInCatalogue, openModels } from "./folder.ts";

const USAGE = `Delete a graph that can be downloaded again. Its manifest stays.

  deno task model remove ID [options]

  --models DIR  folder of the models (models)`;

const options = { models: z.string().optional() };

/** Runs `deno task model remove`. */
export const main: CommandMain = commandMain(remove);

async function remove(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  const [id] = files;
  if (id === undefined || files.length > 1) {
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
  io.print(
    size + part > 0 ? `${id} is gone: ${megabytes(size + part)} freed` : `${id} was not here`,
  );
}
