import { z } from "zod";
import { graphFault } from "../manifest/graph_fault.ts";
import { parseManifest } from "../manifest/manifest.ts";
import type { Size } from "../core/size.ts";
import { fileModelStore } from "../stores/file.ts";
import { readArguments } from "./shared/arguments.ts";
import { megabytes } from "./shared/megabytes.ts";
import { modelsFolder } from "../platforms/host/models_folder.ts";
import { type Check, checkLimits, fits } from "../planner/check_limits.ts";
import { CONSTANTS } from "../planner/constants.ts";
import { readOnnx } from "../planner/read_onnx.ts";
import { LIMITS_READ, type Platform, PLATFORMS } from "../planner/platforms.ts";
import { type Needs, needsOf, predict } from "../planner/predict.ts";
import { runCommand } from "./shared/run_command.ts";
import { textTable } from "./shared/text_table.ts";

const NAMES = Object.keys(PLATFORMS) as (keyof typeof PLATFORMS)[];

const USAGE = `Says what a model will take on a platform, and refuses what cannot fit.

  deno task plan --model ID --platform NAME [options]

  --model ID       id of a model, or the path of its manifest (…/x.json)
  --platform NAME  ${NAMES.slice(0, 5).join(", ")},
                   ${NAMES.slice(5).join(", ")}
  --image WxH      size of the images, as JPEG (1920x1080)
  --models DIR     folder of the models (models)
  --json           the plan as JSON

Exit code 1 if it does not fit. Figures are for one thread of wasm.`;

const options = {
  model: z.string(),
  platform: z.enum(NAMES),
  image: z.string().regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, "must be WIDTHxHEIGHT in pixels")
    .default("1920x1080"),
  models: z.string().optional(),
  json: z.boolean().default(false),
};

/** `deno task plan`: exit code 1 if the model does not fit. */
async function main(args: readonly string[]): Promise<number> {
  const { values, files } = readArguments(args, options, USAGE);
  if (files.length > 0) throw new TypeError(`Cannot plan for ${files[0]}.\n\n${USAGE}`);
  const { model, json } = values;
  const platform: Platform = PLATFORMS[values.platform];
  const [width, height] = values.image.split("x").map(Number);
  const needs = await readNeeds(model, modelsFolder(values.models), { width, height });
  const expected = predict(needs, platform.runtime, CONSTANTS);
  const checks = checkLimits(needs, expected, platform, CONSTANTS);
  const reasons = checks.filter((check) => !fits(check)).map(reasonOf);
  if (json) {
    const { title, notes } = platform;
    const plan = { model, platform: values.platform, title, image: needs.image };
    console.log(JSON.stringify(
      { ...plan, fits: reasons.length === 0, reasons, expected, checks, needs, notes },
      null,
      2,
    ));
  } else console.log(report(model, platform, needs, checks, reasons));
  return reasons.length > 0 ? 1 : 0;
}

/** Reads the manifest, and the graph if it is the one that the manifest means. */
async function readNeeds(model: string, folder: URL, image: Size): Promise<Needs> {
  const store = fileModelStore(folder);
  const manifest = await store.manifest(model);
  const graph = await store.graph(model, manifest.graph);
  const fault = await graphFault(manifest.graph, graph);
  if (fault) throw new TypeError(`Cannot plan for ${manifest.graph.file} as ${fault}`);
  return needsOf(manifest, readOnnx(graph), image);
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
    `graph of ${megabytes(needs.graphBytes)}`,
    textTable(["", "expected", "limit", ""], rows),
    ...(unknown > 0 ? [`${unknown} operations could not be sized: times are lower bounds.`] : []),
    `Times are of a processor as it was measured (${CONSTANTS.measured.machine}).`,
    ...notesOf(platform).map((note) => `Note: ${note}.`),
    reasons.length === 0 ? "It fits." : `It does not fit:\n${reasons.join("\n")}`,
  ].join("\n");
}

function notesOf({ notes, memory, codeBytes, codeGzipped, processorMs }: Platform) {
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

if (import.meta.main) await runCommand(main);
