import { rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { jsonOption, modelsOption, readArguments, usageOf } from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { megabytes } from "../shared/text_table.ts";
import { type Expectations, fingerprint, fingerprintFault } from "./download/fingerprint.ts";
import { deletePart, partSize } from "./download/part_file.ts";
import { findInCatalogue, openModels } from "./folder.ts";

const SPEC = {
  name: "model remove",
  summary: "Delete the files of a model that can be downloaded again. Its manifest stays.",
  operands: "ID",
  options: { models: modelsOption, json: jsonOption },
} satisfies CommandSpec;

/** Runs `deno task model remove`. */
export const main: CommandMain = commandMain(remove, SPEC);

async function remove(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  const [id] = files;
  if (id === undefined || files.length > 1) {
    throw new TypeError(`Cannot remove as one model must be named.\n\n${usageOf(SPEC, io)}`);
  }
  const { graph, expected, others } = await findInCatalogue(
    await openModels(values.models),
    id,
    `Cannot remove ${id} as nothing could fetch it again: it is not in the catalogue`,
  );
  const wanted = [{ path: graph, expected }, ...others];
  for (const { path, expected } of wanted) await refuseOther(path, expected);
  let freed = 0;
  for (const { path } of wanted) freed += await sizeOf(path) + await partSize(path);
  for (const { path } of wanted) {
    await rm(path, { force: true });
    await deletePart(path);
  }
  if (values.json) return io.print(JSON.stringify({ id, freedBytes: freed }));
  io.print(freed > 0 ? `${id} is gone: ${megabytes(freed)} freed` : `${id} was not here`);
}

/** Returns the size of a file in bytes, or 0 if the file is missing. */
async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(({ size }) => size, () => 0);
}

/**
 * Throws an error if a file differs from the catalogue's file, because a different file could not
 * be downloaded again.
 */
async function refuseOther(path: string, expected: Expectations): Promise<void> {
  if (await sizeOf(path) === 0) return;
  const fault = fingerprintFault(await fingerprint(path), expected);
  if (fault === undefined) return;
  const file = basename(path);
  throw new Error(
    `Cannot remove ${file} as it is not the catalogue's: ${fault}. Nothing could fetch it again`,
  );
}
