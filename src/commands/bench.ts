import { availableParallelism, cpus } from "node:os";
import { z } from "zod";
import type { DetectOptions, Detector, StageTimes } from "../ports/detector.ts";
import { expandInputs, INPUT_NOTES } from "./inputs/expand_inputs.ts";
import {
  classesOption,
  engineOption,
  iouOption,
  maxOption,
  modelOption,
  readArguments,
  scoreOption,
  usageOf,
  variantsOption,
} from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import { numberOption } from "./shared/number_option.ts";
import { openDetector } from "./shared/open_detector.ts";
import { progressBar } from "./shared/progress_bar.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";
import { textTable } from "./shared/text_table.ts";
import { STOPPED, untilStopped } from "./shared/until_stopped.ts";

const SPEC = {
  name: "bench",
  summary: "Time the detector on images: latency, images per second, and each stage.",
  operands: "INPUT...",
  options: {
    model: modelOption,
    engine: engineOption,
    variants: variantsOption,
    rounds: numberOption(z.number().int().min(1)).prefault("10")
      .meta({ value: "N", description: "detections of each image that count" }),
    warmup: numberOption(z.number().int().min(0)).prefault("2")
      .meta({
        value: "N",
        description: "detections of each image before them, which do not count",
      }),
    score: scoreOption,
    iou: iouOption,
    max: maxOption,
    classes: classesOption,
    json: z.boolean().default(false).meta({ description: "print the figures as JSON" }),
  },
  notes: `${INPUT_NOTES}

Images are read before the clock starts and detected one at a time, in turn, by one worker process.
The latency is the time of a call, with the transfer to that process; the stages are its parts.
Close other programs first: they make every figure worse.
Exit code 0 if all images were detected, 1 if one failed, 130 after Ctrl+C.`,
} satisfies CommandSpec;

type Values = ReturnType<typeof readArguments<typeof SPEC.options>>["values"];

/** Runs `retinanet-edge bench`. The exit code is 1 if an image failed. */
export const main: CommandMain = commandMain(bench, SPEC);

async function bench(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, files } = readArguments(args, SPEC, io);
  if (files.length === 0) {
    throw new TypeError(`Cannot bench as no image was named.\n\n${usageOf(SPEC, io)}`);
  }
  const detector = await (io.openDetector ?? openDetector)(values, io.printError);
  try {
    const { images, failed } = await readImages(detector, files, values, io);
    if (images.length === 0) throw new Error("Cannot bench as no image is left");
    return await untilStopped(async (signal) => {
      const run = await time(detector, images, values, io, signal);
      if (run.calls.length === 0) return STOPPED;
      const figures = figuresOf(detector, images.length, values, run);
      io.print(values.json ? JSON.stringify(figures, null, 2) : tableOf(figures));
      return signal.aborted ? STOPPED : failed > 0 ? 1 : 0;
    });
  } finally {
    await detector.close();
  }
}

/**
 * Reads the images and detects objects on each image once. An image that fails is left out and its
 * name is printed.
 */
async function readImages(
  detector: Detector,
  files: readonly string[],
  values: Values,
  io: CommandIo,
): Promise<{ images: readonly Uint8Array[]; failed: number }> {
  const images: Uint8Array[] = [];
  const sources = await expandInputs(files, { io });
  for (const { name, read } of sources) {
    try {
      const bytes = await read();
      await detector.detect(bytes, optionsOf(values));
      images.push(bytes);
    } catch (error) {
      io.printError(`${name}: ${(error as Error).message}`);
    }
  }
  return { images, failed: sources.length - images.length };
}

function optionsOf({ score: scoreThreshold, iou, max, classes }: Values): DetectOptions {
  return { scoreThreshold, iou, max, classes };
}

/** Times of one detection, milliseconds. */
interface Call {
  readonly latency: number;
  readonly timing: StageTimes;
}

/** Measured detections: all detections after the warm-up. */
interface Run {
  readonly calls: readonly Call[];
  /** Milliseconds from the start of the first measured detection to the end of the last. */
  readonly elapsed: number;
}

async function time(
  detector: Detector,
  images: readonly Uint8Array[],
  values: Values,
  io: CommandIo,
  signal: AbortSignal,
): Promise<Run> {
  const { rounds, warmup } = values;
  const options = optionsOf(values);
  using progress = progressBar((rounds + warmup) * images.length, io);
  const calls: Call[] = [];
  let start = performance.now();
  for (let round = 0; round < rounds + warmup; round++) {
    if (round === warmup) start = performance.now();
    for (const image of images) {
      if (signal.aborted) return { calls, elapsed: performance.now() - start };
      const before = performance.now();
      const result = await detector.detect(image, options).catch((error: unknown) => {
        // Ctrl+C also stops the worker process, so the current detection may fail.
        if (signal.aborted) return undefined;
        throw error;
      });
      const latency = performance.now() - before;
      if (result && round >= warmup) calls.push({ latency, timing: result.timing });
      progress.step();
    }
  }
  return { calls, elapsed: performance.now() - start };
}

/** Distribution of a duration, milliseconds. */
export interface Distribution {
  /** Median. */
  readonly p50: number;
  /** Value that 90 % of the calls do not exceed. */
  readonly p90: number;
  /** Longest duration. */
  readonly max: number;
}

/** Result of a benchmark. */
interface Figures {
  readonly model: string;
  readonly engine: Detector["engine"];
  readonly machine: string;
  readonly images: number;
  readonly rounds: number;
  readonly warmup: number;
  /** Number of measured detections, without the warm-up. */
  readonly detections: number;
  readonly imagesPerSecond: number;
  /** Times of each stage of a detection. `latency` is the time of the whole call. */
  readonly milliseconds: Readonly<Record<string, Distribution>>;
}

function figuresOf(
  { model, engine }: Detector,
  images: number,
  { rounds, warmup }: Values,
  { calls, elapsed }: Run,
): Figures {
  const stages = ["decode", "preprocess", "inference", "postprocess"] as const;
  const [cpu] = cpus();
  return {
    model: model.id,
    engine,
    machine: `${availableParallelism()} cores, ${cpu?.model.trim() ?? "unknown processor"}`,
    images,
    rounds,
    warmup,
    detections: calls.length,
    imagesPerSecond: Number((1000 * calls.length / elapsed).toFixed(2)),
    milliseconds: {
      latency: distribution(calls.map(({ latency }) => latency)),
      ...Object.fromEntries(
        stages.map((stage) => [stage, distribution(calls.map(({ timing }) => timing[stage]))]),
      ),
    },
  };
}

/**
 * Returns percentiles by the nearest-rank method: each percentile is one of the measured values.
 */
export function distribution(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  const [p50, p90, max] = [0.5, 0.9, 1].map((share) => Number(rank(share).toFixed(2)));
  return { p50: p50!, p90: p90!, max: max! };
}

function tableOf({ model, engine, machine, milliseconds, ...figures }: Figures): string {
  const { images, detections, imagesPerSecond, warmup } = figures;
  const rows = Object.entries(milliseconds).map(([stage, { p50, p90, max }]) => [
    stage,
    ...[p50, p90, max].map((value) => value.toFixed(1)),
  ]);
  return [
    `${model} on ${engine.provider}, ${engine.threads} threads; ${machine}`,
    `${detections} detections of ${images} images, after ${warmup} of each to warm up`,
    textTable(["ms", "p50", "p90", "max"], rows),
    `${imagesPerSecond} images/s, one at a time`,
  ].join("\n");
}

if (isMain(import.meta)) await runCommand(main);
