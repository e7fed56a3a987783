import { writeFile } from "node:fs/promises";
import { z } from "zod";
import type { CocoDataset, CocoResult } from "../eval/coco.ts";
import { type ConfusionMatrix, confusionMatrix } from "../eval/confusion_matrix.ts";
import { type CocoFigures, evaluate } from "../eval/evaluate.ts";
import { figuresTable } from "../eval/figures_table.ts";
import { type CategoryMatches, matchCategories } from "../eval/match_category.ts";
import { bestThreshold, operatingPoint } from "../eval/operating_point.ts";
import { type ScoreBin, scoreBins } from "../eval/score_bins.ts";
import { modelsFolder } from "../platforms/host/models_folder.ts";
import { fileModelStore } from "../stores/file.ts";
import { checkGiven, checkThreshold } from "./eval_files/check_eval_options.ts";
import { checkLabels, strayResults } from "./eval_files/check_labels.ts";
import { readDataset, readResults } from "./eval_files/coco_files.ts";
import { detectImages, presentImages } from "./eval_files/detect_images.ts";
import { writePlots } from "./eval_files/write_plots.ts";
import {
  confusionTable,
  operatingTable,
  type ReportRow,
  scoreTable,
} from "./output/report_tables.ts";
import {
  engineOption,
  modelOption,
  readArguments,
  threshold,
  usageOf,
  variantsOption,
} from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import { numberOption } from "./shared/number_option.ts";
import { type DetectorChoice, openDetector } from "./shared/open_detector.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";
import { textTable } from "./shared/text_table.ts";
import { tileOptions, tilesOf, type TileValues } from "./shared/tile_options.ts";

const SPEC = {
  name: "eval",
  summary:
    `Measure a model on a data set in COCO format. Print the twelve COCO figures, precision and
recall at a score threshold, the best threshold of each class, what was taken for what, and the
share of correct detections by score.`,
  options: {
    images: z.string().optional().meta({ value: "DIR", description: "folder of the images" }),
    annotations: z.string().meta({ value: "FILE", description: "ground truth, in COCO format" }),
    model: modelOption,
    engine: engineOption,
    variants: variantsOption,
    score: numberOption(threshold).prefault("0.05").meta({
      value: "S",
      description: "lowest score of the detections, 0 to 1; the default is the paper's",
    }),
    threshold: numberOption(threshold).optional().meta({
      value: "T",
      description: "score threshold for precision, recall and confusions, 0 to 1 (default of the " +
        "model; 0.5 with --detections)",
    }),
    ...tileOptions,
    plots: z.string().optional().meta({
      value: "DIR",
      description: "write precision-recall curves and the worst errors as SVG images",
    }),
    strict: z.boolean().default(false)
      .meta({ description: "fail if an image file is missing, instead of skipping it" }),
    save: z.string().optional()
      .meta({ value: "FILE", description: "write the detections as a COCO results file" }),
    detections: z.string().optional()
      .meta({ value: "FILE", description: "measure a COCO results file instead of a model" }),
    json: z.boolean().default(false).meta({ description: "print the figures as JSON" }),
  },
} satisfies CommandSpec;

/**
 * Default score threshold for a COCO results file. The model that made the file is unknown, so the
 * default of this model cannot be used.
 */
const DEFAULT_THRESHOLD = 0.5;

/** Runs `deno task eval`. */
export const main: CommandMain = commandMain(measure, SPEC);

async function measure(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files, given } = readArguments(args, SPEC, io);
  if (files.length > 0) {
    throw new TypeError(`Cannot measure ${files[0]}.\n\n${usageOf(SPEC, io)}`);
  }
  checkGiven(given);
  const truth = await readDataset(values.annotations);
  const { results, imageIds, threshold: score } = values.detections !== undefined
    ? await readMeasured(values.detections, truth, values.threshold, io)
    : await detectAll(truth, values, io);
  if (values.save !== undefined) await writeFile(values.save, JSON.stringify(results));
  const figures = evaluate(truth, results, { imageIds });
  const categories = matchCategories(truth, results, imageIds);
  const confusion = confusionMatrix(truth, results, imageIds, score);
  const rows = categories.map((each) => reportRow(each.label, [each], score));
  const all = reportRow("all", categories, score);
  const report = { threshold: score, all, rows, confusion, bins: scoreBins(categories) };
  io.print(values.json ? jsonOf(figures, report) : tableOf(figures, report));
  if (values.plots !== undefined) {
    await writePlots(values.plots, truth, categories, { images: values.images, threshold: score });
  }
}

/** Detections to measure, and the images on which they were made. */
interface Measured {
  readonly results: readonly CocoResult[];
  readonly imageIds: readonly number[];
  /** Score threshold for precision, recall and confusions. */
  readonly threshold: number;
}

async function readMeasured(
  path: string,
  truth: CocoDataset,
  threshold: number | undefined,
  { printError }: CommandIo,
): Promise<Measured> {
  const results = await readResults(path);
  const warning = strayResults(truth.categories, results);
  if (warning !== undefined) printError(warning);
  const imageIds = truth.images.map(({ id }) => id);
  return { results, imageIds, threshold: threshold ?? DEFAULT_THRESHOLD };
}

async function detectAll(
  truth: CocoDataset,
  { images, score, threshold: wanted, strict, ...choice }: DetectorChoice & TileValues & {
    readonly images?: string | undefined;
    readonly score: number;
    readonly threshold?: number | undefined;
    readonly strict: boolean;
  },
  io: CommandIo,
): Promise<Measured> {
  if (images === undefined) {
    throw new TypeError(`Cannot measure without --images.\n\n${usageOf(SPEC, io)}`);
  }
  const { printError } = io;
  const { postprocess, labels } = await fileModelStore(modelsFolder(undefined)).manifest(
    choice.model,
  );
  const threshold = wanted ?? postprocess.score;
  checkThreshold(threshold, score, wanted === undefined);
  const warning = checkLabels(truth.categories, labels);
  if (warning !== undefined) printError(warning);
  const present = await presentImages(truth.images, images, { strict, printError });
  const detector = await openDetector(choice, printError);
  printError(`${detector.model.id} on ${detector.engine.provider} (${detector.engine.reason})`);
  try {
    const options = { scoreThreshold: score, ...tilesOf(choice) };
    const results = await detectImages(
      detector,
      { ...truth, images: present },
      images,
      options,
      io,
    );
    const imageIds = present.map(({ id }) => id);
    return { results, imageIds, threshold };
  } finally {
    await detector.close();
  }
}

/**
 * Precision, recall, F1 and confusion matrix of the detections above a score threshold, and the
 * share of correct detections by score.
 */
interface Report {
  readonly threshold: number;
  readonly all: ReportRow;
  readonly rows: readonly ReportRow[];
  readonly confusion: ConfusionMatrix;
  readonly bins: readonly ScoreBin[];
}

function reportRow(
  label: string,
  categories: readonly CategoryMatches[],
  score: number,
): ReportRow {
  return { label, point: operatingPoint(categories, score), best: bestThreshold(categories) };
}

function jsonOf(figures: CocoFigures, { threshold, all, rows, confusion, bins }: Report): string {
  const plain = ({ point, best }: ReportRow) => ({ atThreshold: point, best });
  const perCategory = figures.perCategory.map((each, index) => ({
    ...each,
    ...plain(rows[index]!),
  }));
  const report = { threshold, ...plain(all), perCategory, confusion, byScore: bins };
  return JSON.stringify({ ...figures, ...report }, null, 2);
}

function tableOf(figures: CocoFigures, { threshold, all, rows, confusion, bins }: Report): string {
  const summary = figuresTable(figures).map(([name, value]) => `${name} = ${value.toFixed(3)}`);
  const perCategory = figures.perCategory.map(({ label, ap, ap50 }) => [
    label,
    ap.toFixed(3),
    ap50.toFixed(3),
  ]);
  return [
    ...summary,
    textTable(["class", "AP", "AP50"], perCategory),
    operatingTable(threshold, [...rows, all]),
    confusionTable(confusion),
    scoreTable(bins),
  ].join("\n");
}

if (isMain(import.meta)) await runCommand(main);
