import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import { z } from "zod";
import type { CocoDataset, CocoResult } from "../eval/coco.ts";
import { type CocoFigures, evaluate } from "../eval/evaluate.ts";
import { figuresTable } from "../eval/figures_table.ts";
import type { Detector } from "../ports/detector.ts";
import { PROVIDERS } from "../ports/session.ts";
import { readDataset, readResults } from "./eval_files/coco_files.ts";
import { cocoResults } from "./eval_files/coco_results.ts";
import { readArguments, readImageFile, threshold } from "./shared/arguments.ts";
import { type DetectorChoice, openDetector } from "./shared/open_detector.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";
import { textTable } from "./shared/text_table.ts";

const USAGE = `Measure a model on a data set in COCO format and print the twelve COCO figures.

  deno task eval --images DIR --annotations FILE [options]
  deno task eval --detections FILE --annotations FILE [--json]

  --images DIR         folder of the images
  --annotations FILE   ground truth, in COCO format
  --model ID|MANIFEST  model in models/, or path of a manifest (everyday8)
  --engine E           auto, webgpu, native or wasm (auto)
  --score S            score threshold, 0 to 1 (0.05, as in the paper)
  --save FILE          write the detections as a COCO results file
  --detections FILE    measure a COCO results file instead of a model
  --json               print the figures as JSON`;

const options = {
  images: z.string().optional(),
  annotations: z.string(),
  model: z.string().default("everyday8"),
  engine: z.enum(["auto", ...PROVIDERS]).default("auto"),
  score: z.coerce.number().pipe(threshold).default(0.05),
  save: z.string().optional(),
  detections: z.string().optional(),
  json: z.boolean().default(false),
};

/** Runs `deno task eval`. */
export const main: CommandMain = commandMain(measure);

async function measure(args: readonly string[], io: CommandIo): Promise<void> {
  const { values } = readArguments(args, options, USAGE);
  const truth = await readDataset(values.annotations);
  const results = values.detections !== undefined
    ? await readResults(values.detections)
    : await detectAll(truth, values, io);
  if (values.save !== undefined) await writeFile(values.save, JSON.stringify(results));
  const figures = evaluate(truth, results);
  io.print(values.json ? JSON.stringify(figures, null, 2) : tableOf(figures));
}

async function detectAll(
  truth: CocoDataset,
  { images, score, ...choice }: DetectorChoice & {
    readonly images?: string | undefined;
    readonly score: number;
  },
  { printError }: CommandIo,
): Promise<CocoResult[]> {
  if (images === undefined) throw new TypeError(`Cannot measure without --images.\n\n${USAGE}`);
  const detector = await openDetector(choice, printError);
  printError(`${detector.model.id} on ${detector.engine.provider} (${detector.engine.reason})`);
  try {
    return await detectUnderBar(detector, truth, images, score);
  } finally {
    await detector.close();
  }
}

/** Detects on all images of a data set, and shows a progress bar. */
async function detectUnderBar(
  detector: Detector,
  truth: CocoDataset,
  folder: string,
  score: number,
): Promise<CocoResult[]> {
  const bar = new SingleBar({ format: "{bar} {value}/{total} images, {eta_formatted} left" });
  const results: CocoResult[] = [];
  bar.start(truth.images.length, 0);
  try {
    for (const image of truth.images) {
      const bytes = await readImageFile(join(folder, image.file_name));
      const { detections } = await detector.detect(bytes, { scoreThreshold: score });
      results.push(...cocoResults(image, truth.categories, detections));
      bar.increment();
    }
  } finally {
    bar.stop();
  }
  return results;
}

function tableOf(figures: CocoFigures): string {
  const summary = figuresTable(figures).map(([name, value]) => `${name} = ${value.toFixed(3)}`);
  const rows = figures.perCategory.map(({ label, ap, ap50 }) => [
    label,
    ap.toFixed(3),
    ap50.toFixed(3),
  ]);
  return `${summary.join("\n")}\n${textTable(["class", "AP", "AP50"], rows)}`;
}

if (isMain(import.meta)) await runCommand(main);
