import { Image } from "imagescript";
import { z } from "zod";
import { readArguments } from "../src/commands/shared/arguments.ts";
import { readImageFile } from "../src/commands/shared/image_files.ts";
import { runCommand } from "../src/commands/shared/run_command.ts";
import { textTable } from "../src/commands/shared/text_table.ts";
import { drawFruit, ORANGE_SKIN } from "../tests/sample_images/draw_fruit.ts";
import { measureIngest } from "./preprocess.ts";
import { measurePipeline } from "./pipeline.ts";
import { measurePostprocessing } from "./postprocessing.ts";
import type { Measurement } from "./stopwatch.ts";

const USAGE = `Times the pipeline beside what it is built on, all in one run.

  deno task bench [options]

  --image FILE   a 1080p JPEG (a drawn one)
  --engine E     webgpu, native or wasm (wasm)
  --threads N    threads of the engine (the number of cores)
  --rounds N     runs of each task (40)
  --runtimes     instead, cold start and time per photo of the server on each runtime
  --starts N     processes of each runtime (5)
  --json         figures as JSON`;

const options = {
  image: z.string().optional(),
  engine: z.enum(["webgpu", "native", "wasm"]).default("wasm"),
  threads: z.coerce.number().int().positive().default(navigator.hardwareConcurrency),
  rounds: z.coerce.number().int().positive().default(40),
  runtimes: z.boolean().default(false),
  starts: z.coerce.number().int().positive().default(5),
  json: z.boolean().default(false),
};

async function main(args: readonly string[]): Promise<void> {
  const { values } = readArguments(args, options, USAGE);
  const { image: path, engine, threads, rounds, runtimes, starts, json } = values;
  const image = path === undefined ? await drawnJpeg() : await readImageFile(path);
  if (runtimes) return await printRuntimes(image, starts, rounds, json);
  const pipeline = await measurePipeline(image, engine, threads, rounds);
  const ingest = await measureIngest(image, rounds);
  const postprocessing = await measurePostprocessing(rounds);
  const ratios = {
    "POST /detect over bare session.run": pipeline[2].median / pipeline[0].median,
    "Image.decode + resize over our ingest": ingest[0].median / ingest[1].median,
  };
  const measurements = [...pipeline, ...ingest, ...postprocessing];
  console.log(
    json
      ? JSON.stringify({ engine, threads, measurements, ratios }, null, 2)
      : tableOf(measurements, ratios),
  );
}

async function printRuntimes(
  image: Uint8Array<ArrayBuffer>,
  starts: number,
  rounds: number,
  json: boolean,
): Promise<void> {
  // By a name that Deno does not see ahead: it brings the tools of the tests along, 100 MB of them.
  const module = "./runtimes.ts";
  const { measureRuntimes }: typeof import("./runtimes.ts") = await import(module);
  const measured = await measureRuntimes(image, starts, rounds);
  if (json) return console.log(JSON.stringify(measured, null, 2));
  const rows = measured.map(({ runtime, engine, coldStart, warm }) => [
    runtime,
    engine,
    ...[coldStart.median, coldStart.least].map((ms) => ms.toFixed(0)),
    ...[warm.median, warm.least].map((ms) => ms.toFixed(1)),
  ]);
  const head = ["runtime", "engine", "cold start ms", "least", "warm ms", "least"];
  console.log(textTable(head, rows));
}

function tableOf(measurements: readonly Measurement[], ratios: Record<string, number>): string {
  const rows = measurements.map(({ name, median, least, runs }) => [
    name,
    median.toFixed(2),
    least.toFixed(2),
    runs,
  ]);
  const quotients = Object.entries(ratios).map(([name, ratio]) => `${name}: ${ratio.toFixed(2)}`);
  return [textTable(["task", "median ms", "least ms", "runs"], rows), ...quotients].join("\n");
}

async function drawnJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  const fruits = [{ x: 900, y: 560, radius: 380, skin: ORANGE_SKIN }];
  const { data, width, height } = drawFruit(1920, 1080, fruits);
  const image = new Image(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    image.bitmap.set(data.subarray(from, from + 3), to);
    image.bitmap[to + 3] = 255;
  }
  return new Uint8Array(await image.encodeJPEG(90));
}

if (import.meta.main) await runCommand(main);
