import { z } from "zod";
import { readArguments, readImageFile } from "../src/commands/shared/arguments.ts";
import { runCommand } from "../src/commands/shared/run_command.ts";
import { textTable } from "../src/commands/shared/text_table.ts";
import { PROVIDERS } from "../src/ports/session.ts";
import { drawFruit, ORANGE_SKIN } from "../tests/sample_images/draw_fruit.ts";
import { encodeJpeg } from "../tests/sample_images/encode_jpeg.ts";
import { LIBRARY_INGEST, measureIngest, OUR_INGEST } from "./preprocess.ts";
import { measurePipeline, POST_DETECT, SESSION_RUN } from "./pipeline.ts";
import { measurePostprocessing } from "./postprocessing.ts";
import { type Measurement, medianOf } from "./stopwatch.ts";

const USAGE = `Times the pipeline and the libraries that it uses, in one run.

  deno task bench [options]

  --image FILE   a 1080p JPEG (default: a drawn one)
  --engine E     webgpu, native or wasm (default: wasm)
  --threads N    threads of the engine (default: the number of cores)
  --rounds N     runs of each task (default: 40)
  --runtimes     time the server on each runtime instead: cold start, and time per image
  --starts N     processes of each runtime (default: 5)
  --json         print JSON`;

const options = {
  image: z.string().optional(),
  engine: z.enum(PROVIDERS).default("wasm"),
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
  const measurements = [...pipeline, ...ingest, ...postprocessing];
  const median = (name: string) => medianOf(measurements, name);
  const ratios = {
    "POST /detect over bare session.run": median(POST_DETECT) / median(SESSION_RUN),
    "Image.decode + resize over our ingest": median(LIBRARY_INGEST) / median(OUR_INGEST),
  };
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
  // Imported by a name that Deno cannot analyse: the module needs 100 MB of tools of the tests.
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
  return await encodeJpeg(drawFruit(1920, 1080, fruits));
}

if (import.meta.main) await runCommand(main);
