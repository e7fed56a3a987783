import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { PROVIDERS } from "../ports/session.ts";
import { detectionSvg, detectionTable } from "./output/detections.ts";
import { readArguments, readImageFile, threshold } from "./shared/arguments.ts";
import { openDetector } from "./shared/open_detector.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";

const USAGE = `Find objects in image files.

  deno task detect [options] FILE...

  --model ID|MANIFEST  model in models/, or path of a manifest (everyday8)
  --score S            score threshold, 0 to 1 (from the manifest)
  --engine E           auto, webgpu, native or wasm (auto)
  --json               print one JSON object per line instead of tables
  --svg                write FILE.svg beside each file: the image with its boxes`;

const options = {
  model: z.string().default("everyday8"),
  score: z.coerce.number().pipe(threshold).optional(),
  engine: z.enum(["auto", ...PROVIDERS]).default("auto"),
  json: z.boolean().default(false),
  svg: z.boolean().default(false),
};

/** Runs `deno task detect`. The exit code is 1 if a file failed. */
export const main: CommandMain = commandMain(detect);

/** Detects on each file. If one file fails, continues with the next. */
async function detect(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, files } = readArguments(args, options, USAGE);
  if (files.length === 0) throw new TypeError(`Cannot detect as no file was named.\n\n${USAGE}`);
  const detector = await openDetector(values, io.printError);
  let failed = 0;
  for (const file of files) {
    try {
      const bytes = await readImageFile(file);
      const result = await detector.detect(bytes, { scoreThreshold: values.score });
      io.print(values.json ? JSON.stringify({ file, ...result }) : detectionTable(file, result));
      if (values.svg) await writeFile(`${file}.svg`, detectionSvg(bytes, result));
    } catch (error) {
      failed++;
      io.printError(`${file}: ${(error as Error).message}`);
    }
  }
  await detector.close();
  return failed > 0 ? 1 : 0;
}

if (isMain(import.meta)) await runCommand(main);
