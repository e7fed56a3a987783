import { basename } from "node:path";
import { z } from "zod";
import { readArguments, readImageFile } from "../src/commands/shared/arguments.ts";
import type { CommandSpec } from "../src/commands/shared/command_spec.ts";
import { type CommandIo, runCommand } from "../src/commands/shared/run_command.ts";
import { textTable } from "../src/commands/shared/text_table.ts";
import { PROVIDERS } from "../src/ports/session.ts";
import { drawFruit, ORANGE_SKIN } from "../tests/sample_images/draw_fruit.ts";
import { encodeJpeg } from "../tests/sample_images/encode_jpeg.ts";
import type { NamedImage } from "./peers/measure_peers.ts";
import { historyTable, newestComparison } from "./peers/peer_history.ts";
import { LIBRARY_INGEST, measureIngest, OUR_INGEST } from "./preprocess.ts";
import { measurePipeline, POST_DETECT, SESSION_RUN } from "./pipeline.ts";
import { measurePostprocessing } from "./postprocessing.ts";
import { type Measurement, medianOf } from "./stopwatch.ts";

const count = z.coerce.number().int().positive();

const SPEC = {
  name: "bench",
  summary: "Time the pipeline and the libraries that it uses, in one run.",
  options: {
    image: z.string().optional()
      .meta({ value: "FILE", description: "a 1080p JPEG; default: a drawn one" }),
    engine: z.enum(PROVIDERS).default("wasm")
      .meta({ value: "ENGINE", description: "engine that runs the model" }),
    threads: count.default(navigator.hardwareConcurrency)
      .meta({ value: "N", description: "threads of the engine" }),
    rounds: count.default(40).meta({ value: "N", description: "runs of each task" }),
    runtimes: z.boolean().default(false).meta({
      description: "time the server on each runtime instead: cold start, and time per image",
    }),
    starts: count.default(5).meta({ value: "N", description: "processes of each runtime" }),
    peers: z.boolean().default(false).meta({
      description: "compare with servers in Python and Node instead; needs deno task native",
    }),
    ours: z.boolean().default(false)
      .meta({ description: "with --peers: leave the servers in Python and Node out" }),
    short: z.boolean().default(false).meta({
      description: "with --peers: 20 seconds, one image, without the servers in Python and Node",
    }),
    turns: count.default(6)
      .meta({ value: "N", description: "with --peers: measurements after each start" }),
    seconds: z.coerce.number().positive().default(2)
      .meta({ value: "N", description: "with --peers: duration of a throughput measurement" }),
    save: z.string().optional()
      .meta({
        value: "FILE",
        description: "with --peers: also write figures and versions as JSON",
      }),
    json: z.boolean().default(false).meta({ description: "print JSON" }),
  },
} satisfies CommandSpec;

async function main(args: readonly string[], io: CommandIo): Promise<void> {
  const { values } = readArguments(args, SPEC, io);
  const { image: path, engine, threads, rounds, runtimes, starts, json } = values;
  if (values.peers) return await printPeers(values);
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

async function printPeers(values: z.infer<z.ZodObject<typeof SPEC.options>>): Promise<void> {
  const { image: path, threads, short, turns, seconds, save, json } = values;
  const images = path !== undefined
    ? [{ name: basename(path), bytes: await readImageFile(path) }]
    : await drawnImages(short);
  const { peerReport } = await importUnseen<typeof import("./peers/peer_report.ts")>(
    "./peers/peer_report.ts",
  );
  const extent = short
    ? { rounds: 1, turns: 1, requests: 10, seconds: 2, onlyOurs: true }
    : { rounds: Math.min(values.rounds, 3), turns, requests: 20, seconds, onlyOurs: values.ours };
  const earlier = await newestComparison();
  const report = await peerReport({ model: "everyday8", threads, ...extent, images });
  const figures = JSON.stringify(report.figures, null, 2);
  if (save !== undefined) await Deno.writeTextFile(save, `${figures}\n`);
  if (json) return console.log(figures);
  console.log(report.table);
  if (earlier !== undefined) console.log(historyTable(report.figures.rows, earlier));
}

/** Draws the images that are sent by default. */
async function drawnImages(isShort: boolean): Promise<NamedImage[]> {
  const hd = { name: "1920x1080, drawn", bytes: await drawnJpeg() };
  if (isShort) return [hd];
  return [hd, { name: "4000x3000, drawn", bytes: await drawnJpeg(4000, 3000) }];
}

async function printRuntimes(
  image: Uint8Array<ArrayBuffer>,
  starts: number,
  rounds: number,
  json: boolean,
): Promise<void> {
  const { measureRuntimes } = await importUnseen<typeof import("./runtimes.ts")>("./runtimes.ts");
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

/** Imports a module of which Deno shall not load the 100 MB of tools before it is wanted. */
async function importUnseen<Module>(module: string): Promise<Module> {
  return await import(module);
}

/** Draws an orange in the middle of a JPEG. */
async function drawnJpeg(width = 1920, height = 1080): Promise<Uint8Array<ArrayBuffer>> {
  const orange = { x: width * .47, y: height * .52, radius: height * .35, skin: ORANGE_SKIN };
  return await encodeJpeg(drawFruit(width, height, [orange]));
}

if (import.meta.main) await runCommand(main);
