import { pathToFileURL } from "node:url";
import { z } from "zod";
import { readNeeds } from "../../src/commands/plan_needs.ts";
import type { PlanConstants } from "../../src/planner/constants.ts";
import { readArguments } from "../../src/commands/shared/arguments.ts";
import type { CommandSpec } from "../../src/commands/shared/command_spec.ts";
import { type CommandIo, runCommand } from "../../src/commands/shared/run_command.ts";
import { MAX_ASSET_BYTES } from "../../src/platforms/workerd/limits.ts";
import { calibrate } from "./calibrate.ts";
import { bundleSize, installedSize } from "./code_size.ts";
import { fitConstants, type Sample } from "./fit_constants.ts";
import { measureOnDeno, measureOnWorkerd } from "./measure_model.ts";
import { type SizedSubject, subjectOf, TRAINING, writeSubjects } from "./subjects.ts";

const CONSTANTS = new URL("../../src/planner/constants.json", import.meta.url);

/** Measurements of the last run. */
const MEASUREMENTS = new URL("../../dist/plan_measurements.json", import.meta.url);

const SPEC = {
  name: "plan:measure",
  summary: "Measure models and write the planner's constants.",
  options: {
    refit: z.boolean().default(false)
      .meta({ description: "use the measurements of the last run" }),
  },
} satisfies CommandSpec;

/** Runs `deno task plan:measure`. */
async function main(args: readonly string[], io: CommandIo): Promise<void> {
  const { values: { refit } } = readArguments(args, SPEC, io);
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/`);
  try {
    await writeSubjects(folder, TRAINING);
    const ids = Object.keys(TRAINING);
    const subjects = [
      ...ids.map((id) => subjectOf(folder, id, "hd")),
      ...["basic-m", "bottleneck-s", "mobile-wide"].map((id) => subjectOf(folder, id, "camera")),
    ];
    if (!refit) await measureAll(subjects);
    const { date, calibrationMs, runs } = await readMeasurements();
    const samples: Sample[] = [];
    for (const [i, run] of runs.entries()) {
      const { id, folder, size } = subjects[i]!;
      samples.push({ needs: await readNeeds(id, folder, size), ...run });
    }
    const constants: PlanConstants = {
      measured: {
        date,
        machine: `${await processorName()}, Deno ${Deno.version.deno}`,
        command: "deno task plan:measure",
        how: HOW,
      },
      calibrationMs,
      ...fitConstants(samples),
      code: { bundle: await bundleSize(), installed: await installedSize() },
    };
    await Deno.writeTextFile(CONSTANTS, `${JSON.stringify(constants, null, 2)}\n`);
    console.log(`Wrote ${CONSTANTS.pathname}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** File of the measurements. */
interface Measurements {
  readonly date: string;
  readonly calibrationMs: number;
  /** Measurements in the order of the subjects. */
  readonly runs: readonly Omit<Sample, "needs">[];
}

async function measureAll(subjects: readonly SizedSubject[]): Promise<void> {
  const before = await calibrate();
  const runs: Omit<Sample, "needs">[] = [];
  for (const subject of subjects) {
    const { size } = await Deno.stat(new URL(`${subject.id}.onnx`, subject.folder));
    const deno = await measureOnDeno(subject);
    const workerd = size > MAX_ASSET_BYTES ? undefined : await measureOnWorkerd(subject);
    console.log(JSON.stringify({ id: subject.id, deno, workerd }));
    runs.push({ deno, workerd });
  }
  const calibrationMs = Number(Math.min(before, await calibrate()).toFixed(1));
  const measurements: Measurements = {
    date: new Date().toISOString().slice(0, 10),
    calibrationMs,
    runs,
  };
  await Deno.mkdir(new URL("./", MEASUREMENTS), { recursive: true });
  await Deno.writeTextFile(MEASUREMENTS, JSON.stringify(measurements, null, 2));
}

async function readMeasurements(): Promise<Measurements> {
  return JSON.parse(await Deno.readTextFile(MEASUREMENTS));
}

const HOW = {
  heap: "peak of wasm memories and buffers in a fresh process, for graphs of random weights",
  engine: "least processor time of twelve images on one thread of wasm, by least squares over them",
  runtimes: "processor time of all threads from the start of a process to its first answer",
  bundle: "wrangler deploy --dry-run",
  installed:
    "files of node_modules after npm install retinanet-edge, without graphs; each file gzipped",
};

async function processorName(): Promise<string> {
  const information = await Deno.readTextFile("/proc/cpuinfo");
  return information.match(/model name\s*:\s*(.+)/)?.[1] ?? Deno.build.arch;
}

if (import.meta.main) await runCommand(main);
