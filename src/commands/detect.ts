import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { DomainError } from "../core/domain_error.ts";
import type { DetectOptions, Detector } from "../ports/detector.ts";
import { readDataset } from "./eval_files/coco_files.ts";
import { expandInputs, INPUT_NOTES } from "./inputs/expand_inputs.ts";
import type { ImageSource } from "./inputs/image_source.ts";
import type { DetectedImage, FailedImage } from "./output/detect_output.ts";
import { detectionSvg } from "./output/detections.ts";
import { type OpenOutput, openOutputs } from "./output/open_outputs.ts";
import { checkPrintable, PRINT_FORMATS, readTargets, type Target } from "./output/targets.ts";
import {
  classAgnosticOption,
  classesOption,
  engineOption,
  iouOption,
  maxOption,
  modelOption,
  nmsOption,
  readArguments,
  scoreOption,
  scoresOption,
  sigmaOption,
  usageOf,
  variantsOption,
} from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import { openDetector } from "./shared/open_detector.ts";
import { progressBar } from "./shared/progress_bar.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";
import { tileOptions, tilesOf } from "./shared/tile_options.ts";
import { STOPPED, untilStopped } from "./shared/until_stopped.ts";

const SPEC = {
  name: "detect",
  summary: "Find objects in images.",
  operands: "INPUT...",
  options: {
    model: modelOption,
    score: scoreOption,
    iou: iouOption,
    max: maxOption,
    classes: classesOption,
    ...tileOptions,
    scores: scoresOption,
    nms: nmsOption,
    sigma: sigmaOption,
    "class-agnostic": classAgnosticOption,
    explain: z.boolean().default(false).meta({
      description: "add the level, anchor, logit and suppressed boxes of each object to JSON",
    }),
    engine: engineOption,
    variants: variantsOption,
    format: z.enum(PRINT_FORMATS).optional().meta({
      value: "F",
      description: "table, json (an object per line), csv, coco (results) or yolo (text); table " +
        "without --out",
    }),
    json: z.boolean().default(false).meta({ description: "same as --format json" }),
    out: z.array(z.string().min(1)).default([]).meta({
      value: "PATH",
      description: "write instead of printing; may be repeated. A folder gets the images with " +
        "their boxes, or YOLO text with --format yolo. FILE.html is a page with thumbnails and " +
        "filters, FILE.csv, FILE.jsonl and FILE.json (COCO results) are data",
    }),
    annotations: z.string().optional().meta({
      value: "FILE",
      description: "COCO data set whose ids of images and categories the COCO results have",
    }),
    "with-scores": z.boolean().default(false)
      .meta({ description: "add the score to YOLO text as sixth column" }),
    svg: z.boolean().default(false)
      .meta({ description: "write FILE.svg beside each file: the image with its boxes" }),
  },
  notes: `${INPUT_NOTES}

An image that fails does not stop the others. All that failed are named at the end.
Exit code 0 if all images were read, 1 if one failed, 130 after Ctrl+C.`,
} satisfies CommandSpec;

type Values = ReturnType<typeof readArguments<typeof SPEC.options>>["values"];

/** Runs `deno task detect`. The exit code is 1 if the detection failed for a file. */
export const main: CommandMain = commandMain(detect, SPEC);

async function detect(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, files } = readArguments(args, SPEC, io);
  if (files.length === 0) {
    throw new TypeError(`Cannot detect as no file was named.\n\n${usageOf(SPEC, io)}`);
  }
  const targets = readTargets(values);
  if (values.explain) checkExplained(targets);
  const folders = targets.flatMap((target) => target.kind === "folder" ? [target.path] : []);
  const sources = await expandInputs(files, { io, outputFolders: folders });
  checkPrintable(targets, sources.length);
  const dataset = values.annotations === undefined
    ? undefined
    : await readDataset(values.annotations);
  const detector = await (io.openDetector ?? openDetector)(values, io.printError);
  try {
    return await untilStopped(async (signal) => {
      using progress = progressBar(sources.length, io);
      const { score } = values;
      const context = { detector, sources, dataset, withScores: values["with-scores"], score };
      const outputs = await openOutputs(targets, context, progress.print);
      const done = await detectAll(sources, detector, values, { outputs, progress, signal });
      const written: string[] = [];
      for (const output of outputs) {
        written.push(...[await output.finish(done.failed) ?? []].flat());
      }
      progress[Symbol.dispose]();
      report(sources, done, written, signal, io);
      if (values.json && done.images === 0 && done.failed.length > 0) {
        const message = failureText(sources.length, done.failed);
        io.print(JSON.stringify({ error: { message } }));
      }
      return signal.aborted ? STOPPED : done.failed.length > 0 ? 1 : 0;
    });
  } finally {
    await detector.close();
  }
}

/** Counts of one run of the command. */
interface Done {
  readonly failed: readonly FailedImage[];
  /** Number of images that were read. */
  readonly images: number;
  /** Number of detections. */
  readonly objects: number;
}

/** Detects objects on each image. If an image fails, continues with the next image. */
async function detectAll(
  sources: readonly ImageSource[],
  detector: Detector,
  { svg, ...values }: Values,
  { outputs, progress, signal }: {
    readonly outputs: readonly OpenOutput[];
    readonly progress: { readonly step: () => void };
    readonly signal: AbortSignal;
  },
): Promise<Done> {
  const options = optionsOf(values);
  const failed: FailedImage[] = [];
  const isStopped = () => signal.aborted;
  let [images, objects] = [0, 0];
  for (const [index, source] of sources.entries()) {
    if (isStopped()) break;
    try {
      const bytes = await source.read();
      const result = await detector.detect(bytes, options, { signal });
      const image: DetectedImage = { source, index, bytes, result };
      for (const output of outputs) await output.add(image);
      if (svg) await drawBeside(image);
      images++;
      objects += result.detections.length;
    } catch (error) {
      if (isStopped()) break;
      if (isWrongOption(error)) throw error;
      failed.push({ source, reason: (error as Error).message });
    }
    progress.step();
  }
  return { failed, images, objects };
}

/** Returns the options of a call. A flag that is not set leaves the choice to the manifest. */
function optionsOf(values: Omit<Values, "svg">): DetectOptions {
  const { score, scores, iou, max, classes, nms, sigma, explain } = values;
  return {
    scoreThreshold: score,
    scoreThresholds: scores,
    iou,
    max,
    classes,
    ...tilesOf(values),
    nms,
    sigma,
    classAgnostic: values["class-agnostic"] || undefined,
    explain: explain || undefined,
  };
}

/**
 * Refuses `--explain` without an output that has room for explanations.
 *
 * @throws {TypeError} If no output is JSON.
 */
function checkExplained(targets: readonly Target[]): void {
  if (targets.some(({ format }) => format === "json")) return;
  throw new TypeError(
    "Cannot explain as only JSON has room for explanations: add --json or --out FILE.jsonl",
  );
}

/**
 * Returns true if the model refused an option of the command. All other images would fail with the
 * same error.
 */
function isWrongOption(error: unknown): boolean {
  return error instanceof DomainError && ["invalid-option", "unknown-class"].includes(error.code);
}

async function drawBeside({ source, bytes, result }: DetectedImage): Promise<void> {
  if (source.path === undefined) {
    throw new Error(`Cannot draw ${source.name} as --svg draws beside a file: use --out DIR/`);
  }
  await writeFile(`${source.path}.svg`, detectionSvg(bytes, result));
}

/** Prints the files that were written, and the images that failed. */
function report(
  sources: readonly ImageSource[],
  { failed, images, objects }: Done,
  written: readonly string[],
  { aborted }: AbortSignal,
  { printError }: CommandIo,
): void {
  if (written.length > 0) {
    printError(`${counted(objects, "object")} in ${counted(images, "image")}`);
    printError(`Wrote ${written.join(", ")}`);
  }
  if (aborted) printError(`Stopped after ${images + failed.length} of ${sources.length} images`);
  if (failed.length === 0) return;
  printError(failureText(sources.length, failed));
}

/** Names the images that failed, with their reasons. */
function failureText(total: number, failed: readonly FailedImage[]): string {
  const lines = failed.map(({ source, reason }) => `  ${source.name}: ${reason}`);
  return [`${failed.length} of ${total} images failed:`, ...lines].join("\n");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

if (isMain(import.meta)) await runCommand(main);
