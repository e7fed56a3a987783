import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { jsonOption, modelsOption, readArguments, usageOf } from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { megabytes } from "../shared/text_table.ts";
import { download } from "./download/download.ts";
import {
  type Expectations,
  type Fingerprint,
  fingerprint,
  fingerprintFault,
  hasHash,
} from "./download/fingerprint.ts";
import { downloadBar } from "./download_bar.ts";
import { findInCatalogue, openModels } from "./folder.ts";
import { pinGraph } from "./pin_graph.ts";

const SPEC = {
  name: "model pull",
  summary: "Download the files of a model of the catalogue. Resume an interrupted download.",
  operands: "ID",
  options: {
    from: z.url({ protocol: /^https?$/, error: "must start with http:// or https://" }).optional()
      .meta({ value: "URL", description: "download the same file from another URL" }),
    models: modelsOption,
    json: jsonOption,
  },
} satisfies CommandSpec;

/** Runs `deno task model pull`. */
export const main: CommandMain = commandMain(pull, SPEC);

async function pull(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  const [id] = files;
  if (id === undefined || files.length > 1) {
    throw new TypeError(`Cannot pull as one model must be named.\n\n${usageOf(SPEC, io)}`);
  }
  const models = await openModels(values.models);
  const model = await findInCatalogue(
    models,
    id,
    `Cannot pull ${id} as it is not in the catalogue`,
  );
  const { entry, graph, expected } = model;
  const url = values.from ?? entry.url;
  const source = { url, page: entry.source };
  const say = values.json ? () => {} : io.print;
  const found = await bring(id, { ...source, path: graph, expected }, { ...io, print: say });
  const others: BroughtFile[] = [];
  for (const { file, path, expected } of model.others) {
    const beside = { ...source, url: new URL(encodeURIComponent(file), url).href };
    others.push(await bring(file, { ...beside, path, expected }, { ...io, print: say }));
  }
  if (!model.pinned) {
    const manifest = await pinGraph(models.folder, id, found, others);
    say(`${manifest} has its size and SHA-256 from now on`);
  }
  if (values.json) io.print(JSON.stringify({ id, files: [found, ...others] }));
}

/** File of a model that is in the folder now. */
interface BroughtFile extends Fingerprint {
  /** Path of the file. */
  readonly path: string;
  /** True if the file was downloaded. False: the folder already contained it. */
  readonly isNew: boolean;
  /** True if the manifest or the catalogue has a hash, which the file matches. */
  readonly isVerified: boolean;
}

/** File to download. */
interface WantedFile {
  readonly url: string;
  /** URL of a web page that describes the file. */
  readonly page: string;
  readonly path: string;
  readonly expected: Expectations;
}

/** Downloads a file, unless the folder already contains it. */
async function bring(name: string, wanted: WantedFile, io: CommandIo): Promise<BroughtFile> {
  const here = await findHere(wanted, io);
  const found = here ?? await fetchFile(wanted, io);
  io.print(`${name} is here${here ? " already" : ""}: ${account(found, wanted)}`);
  const { path, expected } = wanted;
  return { path, ...found, isNew: here === undefined, isVerified: hasHash(expected) };
}

/**
 * Returns the size and hashes of a file that the folder already contains. Returns undefined if the
 * file is missing or not the expected one.
 */
async function findHere(
  { path, expected }: WantedFile,
  { printError }: CommandIo,
): Promise<Fingerprint | undefined> {
  if (await stat(path).then(() => false, () => true)) return undefined;
  const found = await fingerprint(path);
  const fault = fingerprintFault(found, expected);
  if (fault === undefined) return found;
  printError(`${basename(path)} is here, but ${fault}: it will be replaced`);
  return undefined;
}

async function fetchFile(
  { url, page, path, expected }: WantedFile,
  { printError }: CommandIo,
): Promise<Fingerprint> {
  printError(`Fetching ${basename(path)} from ${url}`);
  using bar = downloadBar(printError);
  try {
    return await download(url, path, expected, {
      onProgress: (progress) => bar.show(progress),
      onRetry: (reason) => bar.say(`${reason}; trying again`),
    });
  } catch (error) {
    throw new Error(
      `${(error as Error).message}.\n` +
        `The file is described at ${page}; --from URL fetches it from another URL`,
      { cause: error },
    );
  }
}

function account({ bytes, sha256 }: Fingerprint, { path, expected }: WantedFile): string {
  const hash = hasHash(expected)
    ? "its hash is right"
    : `its SHA-256 is ${sha256}, and no hash is known that it could be held against`;
  return `${basename(path)}, ${megabytes(bytes)}, ${hash}`;
}
