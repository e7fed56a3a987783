import { writeFile } from "node:fs/promises";
import { z } from "zod";
import type { DetectResult } from "../ports/detector.ts";
import { readArguments, threshold } from "./shared/arguments.ts";
import { detectionSvg } from "./output/detection_svg.ts";
import { detectionTable } from "./output/detection_table.ts";
import { openDetector } from "./shared/open_detector.ts";
import { readImageFile } from "./shared/image_files.ts";
import { runCommand } from "./shared/run_command.ts";

const USAGE = `Finds objects in images.

  deno task detect [options] FILE...

  --model ID|MANIFEST  a model of models/, or a manifest's path (everyday8)
  --score S            show detections that score above S, 0 to 1 (the manifest's)
  --engine E           auto, webgpu, native or wasm (auto)
  --json               one JSON object per line instead of tables
  --svg                write FILE.svg, the image with its boxes, beside each file`;

const options = {
  model: z.string().default("everyday8"),
  score: z.coerce.number().pipe(threshold).optional(),
  engine: z.enum(["auto", "webgpu", "native", "wasm"]).default("auto"),
  json: z.boolean().default(false),
  svg: z.boolean().default(false),
};

/** Looks at every file; one that fails is told of and the others are still done. */
async function main(args: readonly string[]): Promise<number> {
  const { values, files } = readArguments(args, options, USAGE);
  if (files.length === 0) throw new TypeError(`Cannot detect as no file was named.\n\n${USAGE}`);
  const detector = await openDetector(values);
  let failed = 0;
  for (const file of files) {
    try {
      const bytes = await readImageFile(file);
      const result = await detector.detect(bytes, { scoreThreshold: values.score });
      console.log(values.json ? asJson(file, result) : detectionTable(file, result));
      if (values.svg) await writeFile(`${file}.svg`, detectionSvg(bytes, result));
    } catch (error) {
      failed++;
      console.error(`${file}: ${(error as Error).message}`);
    }
  }
  await detector.close();
  return failed > 0 ? 1 : 0;
}

function asJson(file: string, result: DetectResult): string {
  return JSON.stringify({ file, ...result });
}

if (import.meta.main) await runCommand(main);
