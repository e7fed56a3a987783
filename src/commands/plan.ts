import { z } from "zod";
import { resolveTiling } from "../detect/resolve_tiling.ts";
import { type Check, checkLimits, fits } from "../planner/check_limits.ts";
import { CONSTANTS } from "../planner/constants.ts";
import { LIMITS_READ, type Platform, PLATFORMS } from "../planner/platforms.ts";
import { type Needs, predict } from "../planner/predict.ts";
import { modelsFolder } from "../platforms/host/models_folder.ts";
import { readNeeds } from "./plan_needs.ts";
import { modelsOption, readArguments, usageOf } from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";
import { megabytes, textTable } from "./shared/text_table.ts";
import { tileOptions, tilesOf } from "./shared/tile_options.ts";

const NAMES = Object.keys(PLATFORMS) as (keyof typeof PLATFORMS)[];

const SPEC = {
  name: "plan",
  summary: "Estimate the memory, code size and time of a model on a platform.",
  options: {
    model: z.string()
      .meta({ value: "ID|MANIFEST", description: "model in models/, or path of a manifest" }),
    platform: z.enum(NAMES).meta({ value: "NAME", description: NAMES.join(", ") }),
    image: z.string().regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, "must be WIDTHxHEIGHT in pixels")
      .default("1920x1080").meta({ value: "WxH", description: "size of the images, as JPEG" }),
    tiles: tileOptions.tiles,
    overlap: tileOptions.overlap,
    whole: tileOptions.whole,
    models: modelsOption,
    json: z.boolean().default(false).meta({ description: "print the plan as JSON" }),
  },
  notes: "Exit code 1 if the model does not fit. Figures are for one thread of wasm.",
} satisfies CommandSpec;

/** Runs `deno task plan`. The exit code is 1 if the model does not fit. */
export const main: CommandMain = commandMain(plan, SPEC);

async function plan(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, files } = readArguments(args, SPEC, io);
  if (files.length > 0) throw new TypeError(`Cannot plan for ${files[0]}.\n\n${usageOf(SPEC, io)}`);
  const { model, models, json } = values;
  const platform: Platform = PLATFORMS[values.platform];
  const image = sizeOf(values.image);
  const tiling = resolveTiling(tilesOf(values));
  const needs = await readNeeds(model, modelsFolder(models), image, tiling);
  const expected = predict(needs, platform.runtime, CONSTANTS);
  const checks = checkLimits(needs, expected, platform, CONSTANTS);
  const reasons = checks.filter((check) => !fits(check)).map(reasonOf);
  if (json) {
    const { title, notes } = platform;
    const plan = { model, platform: values.platform, title, image };
    const fits = reasons.length === 0;
    io.print(JSON.stringify({ ...plan, fits, reasons, expected, checks, needs, notes }, null, 2));
  } else io.print(report(model, platform, needs, checks, reasons));
  return reasons.length > 0 ? 1 : 0;
}

function sizeOf(text: string): { width: number; height: number } {
  const [width = NaN, height = NaN] = text.split("x").map(Number);
  return { width, height };
}

function report(
  model: string,
  platform: Platform,
  needs: Needs,
  checks: readonly Check[],
  reasons: readonly string[],
): string {
  const { width, height } = needs.image;
  const { macs, unknown } = needs.work;
  const gigamacs = Object.values({ ...macs }).reduce((sum, count) => sum + count, 0) / 1e9;
  const rows = checks.map((check) => [
    check.what,
    shown(check.expected, check.unit),
    check.limit === undefined ? "" : shown(check.limit, check.unit),
    check.limit === undefined ? "" : fits(check) ? "fits" : "too much",
  ]);
  return [
    `${model} on ${platform.title}, JPEGs of ${width}x${height}`,
    `input ${needs.input.join("x")}, ${gigamacs.toFixed(2)} billion multiply-accumulates, ` +
    `graph of ${megabytes(needs.graphBytes)}` +
    (needs.runs > 1 ? `, ${needs.runs} runs per image` : ""),
    textTable(["", "expected", "limit", ""], rows),
    ...(unknown > 0 ? [`${unknown} operations could not be sized: times are lower bounds.`] : []),
    `Times are of a processor as it was measured (${CONSTANTS.measured.machine}).`,
    ...notesOf(platform).map((note) => `Note: ${note}.`),
    reasons.length === 0 ? "It fits." : `It does not fit:\n${reasons.join("\n")}`,
  ].join("\n");
}

function notesOf({ notes, memory, codeBytes, codeGzipped, processorMs }: Platform): string[] {
  const isLimited = [memory, codeBytes, codeGzipped, processorMs].some((limit) => limit);
  return [
    ...notes,
    ...(isLimited ? [`limits as the platform told them in ${LIMITS_READ}: check them`] : []),
  ];
}

function reasonOf({ what, expected, limit = Infinity, unit, advice }: Check): string {
  return `  ${what}: ${shown(expected, unit)} where ${shown(limit, unit)} are allowed. ` +
    `What to do: ${advice}.`;
}

function shown(value: number, unit: Check["unit"]): string {
  if (unit === "bytes") return megabytes(value);
  return unit === "pixels" ? `${(value / 1e6).toFixed(1)} MP` : `${Math.round(value)} ms`;
}

if (isMain(import.meta)) await runCommand(main);
