import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { FAMILIES, type Family } from "../../describe/families.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { checkGraph } from "../../detect/check_graph.ts";
import { warmUp } from "../../detect/first_run.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import { chooseFamily } from "../../describe/choose_family.ts";
import { probeGraph } from "../../describe/probe_graph.ts";
import { draftManifest } from "../../describe/draft_manifest.ts";
import { assumed } from "../../describe/guess.ts";
import { processRuntime } from "../../platforms/host/process_runtime.ts";
import { readGraph } from "./read_graph.ts";
import { numberList, sizeLists, wantedHeads } from "./anchor_options.ts";
import { classFacts } from "./class_facts.ts";
import { draftAnyway } from "./draft_anyway.ts";
import { fitToGoldens } from "./fit_golden.ts";
import { manifestReport, openReport } from "./manifest_report.ts";
import { preview } from "./preview.ts";
import { probePixels } from "./probe_pixels.ts";
import { readHints } from "./read_hints.ts";
import { stretchedFault, tracedSizeFault } from "./traced_size.ts";
import { unusedOutputs } from "./unused_outputs.ts";
import { setProperties } from "./set_properties.ts";
import { readGolden } from "../eval_files/golden_file.ts";
import { readLabels } from "../labels/read_labels.ts";
import { detectionTable } from "../output/detections.ts";
import {
  engineOption,
  jsonOption,
  readArguments,
  threshold,
  usageOf,
} from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { numberOption } from "../shared/number_option.ts";
import { DEADLINES } from "../shared/open_detector.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";

const SPEC = {
  name: "model new",
  summary: `Write a manifest beside an ONNX file: facts from the graph, the rest from its family.
Every guess is marked.`,
  operands: "FILE.onnx",
  options: {
    family: z.string().optional().meta({
      value: "NAME",
      description: "family whose behaviour applies (told by the names in the graph, if they tell " +
        `it): ${FAMILIES.map(({ family }) => family).join(", ")}`,
    }),
    labels: z.string().optional().meta({
      value: "FILE",
      description: "class names: text with one per line (an empty line is an id that is never " +
        "returned), JSON, COCO annotations, YAML, CSV or pbtxt, known by content",
    }),
    image: z.string().optional().meta({
      value: "FILE",
      description: "detect on an image with the new manifest and draw FILE.svg",
    }),
    score: numberOption(threshold).optional().meta({
      value: "S",
      description: "score threshold for that image, 0 to 1 (from the manifest)",
    }),
    strides: z.string().transform(numberList).optional().meta({
      value: "S",
      description: "strides of the pyramid levels, e.g. 4,8,16,32,64 (told by the graph)",
    }),
    sizes: z.string().transform(sizeLists).optional().meta({
      value: "S",
      description: 'anchor sizes of each level, e.g. "16,20,25; 32,40,50", or of the finest ' +
        "(paper's)",
    }),
    ratios: z.string().transform(numberList).optional().meta({
      value: "R",
      description: "anchor ratios, height / width, e.g. 0.5,1,2 (the family's)",
    }),
    golden: z.array(z.string()).default([]).meta({
      value: "FILE",
      description: "fit the anchors to boxes of the framework for one image (a golden file); may " +
        "be repeated",
    }),
    set: z.array(z.string()).default([]).meta({
      value: "P=VALUE",
      description: "set a property of the manifest, e.g. input.colour=bgr; may be repeated",
    }),
    draft: z.boolean().default(false).meta({
      description: "write a manifest in any case, with open questions if the graph cannot be " +
        "described",
    }),
    force: z.boolean().default(false).meta({ description: "overwrite an existing manifest" }),
    engine: engineOption,
    json: jsonOption,
  },
} satisfies CommandSpec;

/** Runs `deno task model new`. */
export const main: CommandMain = commandMain(create, SPEC);

async function create(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  try {
    await describe(values, files, io);
  } catch (error) {
    if (!values.draft || !isOneGraph(files) || !existsSync(files[0])) throw error;
    const [file] = files;
    const target = targetOf(file, values.force);
    const { family, labels, set, golden, strides, sizes, ratios } = values;
    const runtime = await processRuntime(DEADLINES);
    const fault = (error as Error).message;
    const fit = async (loaded: LoadedModel) =>
      fitToGoldens(runtime, loaded, await Promise.all(golden.map(readGolden)));
    const manifest = await draftAnyway(file, fault, {
      ...{ id: idOf(file), family, labels, set, anchors: { strides, sizes, ratios } },
      fit: golden.length > 0 ? fit : undefined,
      openSession: (graph) => runtime.openSession(graph, values.engine),
    });
    await writeFile(target, `${JSON.stringify(manifest, null, 2)}\n`);
    const { id, guesses } = manifest;
    const data = { manifest: resolve(target), id, isComplete: false, fault, guesses };
    io.print(values.json ? JSON.stringify(data) : openReport(target, manifest, fault));
  }
}

/**
 * Returns true if the operands are one graph. The manifest of another file, such as `weights.pt`,
 * would have the path of the file itself.
 */
function isOneGraph(files: readonly string[]): files is [file: string] {
  return files.length === 1 && files[0]!.endsWith(".onnx");
}

/** Returns the path of the new manifest, which is in the folder of its graph. */
function targetOf(file: string, force: boolean): string {
  const target = file.replace(/\.onnx$/, ".json");
  if (!existsSync(target) || force) return target;
  throw new TypeError(`Cannot write ${target} as it is there already: --force writes over it`);
}

/** Values of the options of the command. */
type Values = ReturnType<typeof readArguments<typeof SPEC.options>>["values"];

/** Finds out the properties of a graph, writes its manifest and prints a report. */
async function describe(values: Values, files: readonly string[], io: CommandIo): Promise<void> {
  if (!isOneGraph(files)) {
    throw new TypeError(`Cannot describe as one .onnx file is wanted.\n\n${usageOf(SPEC, io)}`);
  }
  const [file] = files;
  const target = targetOf(file, values.force);
  const runtime = await processRuntime(DEADLINES);
  const { bytes, data, entry } = await readGraph(file);
  const session = await runtime.openSession({ bytes, data }, values.engine);
  try {
    const hints = readHints(bytes, data);
    const facts = await probeGraph(session, hints, wantedHeads(values.set));
    const { candidates, others, evidence } = chooseFamily(facts, hints, values.family);
    const { outputs } = facts;
    const named = values.labels === undefined
      ? null
      : await readLabels(values.labels, classFacts(facts, candidates[0]?.firstId));
    const names = {
      id: idOf(file),
      graph: entry,
      labels: named?.labels ?? null,
      labelsGuess: named?.guess ?? null,
    };
    const { strides, sizes, ratios } = values;
    const openPart = (graph: Uint8Array) => runtime.openSession({ bytes: graph }, values.engine);
    const inner = await probePixels({ bytes, data }, facts, openPart);
    const drafting = { evidence, anchors: { strides, sizes, ratios }, inner };
    const goldens = await Promise.all(values.golden.map(readGolden));
    const { manifest: draft, family } = await firstThatRuns(candidates, async (candidate) => {
      const draft = setProperties(draftManifest(facts, candidate, names, drafting), values.set);
      checkGraph(draft, session);
      await warmUp({ manifest: draft, session });
      const loaded = { manifest: draft, session };
      return goldens.length === 0 ? draft : fitToGoldens(runtime, loaded, goldens);
    });
    const traced = await tracedSizeFault({ bytes, data }, facts, openPart) ??
      stretchedFault(facts, family);
    const constants = outputs.kind === "finished" ? [] : outputs.boxConstants;
    const unused = unusedOutputs(draft, session, constants.map(({ name }) => name));
    const guesses = {
      ...draft.guesses,
      ...(unused === null ? {} : { outputs: assumed(unused) }),
      ...(traced === null ? {} : { resize: `suggested: ${traced}` }),
    };
    const manifest = { ...draft, guesses };
    await writeFile(target, `${JSON.stringify(manifest, null, 2)}\n`);
    const warnings = [
      ...(unused === null ? [] : [unused]),
      ...(traced === null ? [] : [`${traced}. Export the heads without the resize instead`]),
    ];
    const drawn = values.image === undefined
      ? undefined
      : await preview(runtime, { manifest, session }, values.image, values.score);
    const path = resolve(target);
    if (values.json) {
      const { id } = manifest;
      const told = { family: family.family, evidence, others: others(family), warnings };
      const data = { manifest: path, id, isComplete: true, ...told, guesses, preview: drawn };
      return io.print(JSON.stringify(data));
    }
    io.print(manifestReport({ target, facts, family, evidence, manifest, others: others(family) }));
    if (named !== null) io.print(`  labels   ${named.summary}`);
    for (const warning of warnings) io.print(`Warning: ${warning}`);
    if (drawn !== undefined) {
      io.print(`\n${detectionTable(drawn.file, drawn)}\nDrawn in ${drawn.drawing}`);
    }
    const serve = io.program
      ? `${io.program} serve --model ${path}`
      : `MODEL=${path} deno task start`;
    io.print(`\nServe it: ${serve}`);
  } finally {
    await session.close();
  }
}

/**
 * Returns the first proposed manifest that works in a test run: the graph runs and returns the
 * expected outputs.
 */
async function firstThatRuns(
  families: readonly Family[],
  propose: (family: Family) => Promise<Manifest>,
): Promise<{ manifest: Manifest; family: Family }> {
  const faults: string[] = [];
  for (const family of families) {
    try {
      return { manifest: await propose(family), family };
    } catch (error) {
      faults.push(`  as ${family.family}: ${(error as Error).message}`);
    }
  }
  throw new TypeError(
    `Cannot describe this graph by the families that it resembles:\n${faults.join("\n")}\n` +
      "Name another with --family, or write the manifest by hand (docs/manifest.md)",
  );
}

/** Converts a file name to a model id: lower-case letters, digits, '.', '_' and '-'. */
function idOf(file: string): string {
  const plain = basename(file, ".onnx").toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  return plain.replace(/^[^a-z0-9]+/, "") || "model";
}
