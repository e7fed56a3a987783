import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { FAMILIES, type Family } from "../../describe/families.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { checkGraph } from "../../detect/check_graph.ts";
import { detectorOf, warmUp } from "../../detect/detector.ts";
import { matchFamilies } from "../../describe/match_families.ts";
import type { GraphFacts } from "../../describe/graph_facts.ts";
import { probeGraph } from "../../describe/probe_graph.ts";
import { draftManifest } from "../../describe/draft_manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { PROVIDERS, type Session } from "../../ports/session.ts";
import { processRuntime } from "../../platforms/host/process_runtime.ts";
import { readGraph } from "./read_graph.ts";
import { setProperties } from "./set_properties.ts";
import { readLabels } from "../labels/read_labels.ts";
import { detectionSvg, detectionTable } from "../output/detections.ts";
import { readArguments, readImageFile, threshold } from "../shared/arguments.ts";
import { DEADLINES } from "../shared/open_detector.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";

const USAGE = `Write a manifest beside an ONNX file: facts from the graph, the rest from its family.
Every guess is marked.

  deno task model new FILE.onnx [options]

  --family NAME  family whose behaviour applies (the first that fits):
                 ${FAMILIES.map(({ family }) => family).join(", ")}
  --labels FILE  class names: text with one per line (an empty line is an id that is never
                 returned), JSON, COCO annotations, YAML, CSV or pbtxt, known by content
  --image FILE   detect on an image with the new manifest and draw FILE.svg
  --score S      score threshold for that image, 0 to 1 (from the manifest)
  --set P=VALUE  set a property of the manifest, e.g. input.colour=bgr; may be repeated
  --force        overwrite an existing manifest
  --engine E     auto, webgpu, native or wasm (auto)`;

const options = {
  family: z.string().optional(),
  labels: z.string().optional(),
  image: z.string().optional(),
  score: z.coerce.number().pipe(threshold).optional(),
  set: z.array(z.string()).default([]),
  force: z.boolean().default(false),
  engine: z.enum(["auto", ...PROVIDERS]).default("auto"),
};

/** Runs `deno task model new`. */
export const main: CommandMain = commandMain(create);

async function create(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, options, USAGE);
  const [file] = files;
  if (files.length > 1 || !file?.endsWith(".onnx")) {
    throw new TypeError(`Cannot describe as one .onnx file is wanted.\n\n${USAGE}`);
  }
  const target = file.replace(/\.onnx$/, ".json");
  if (existsSync(target) && !values.force) {
    throw new TypeError(`Cannot write ${target} as it is there already: --force writes over it`);
  }
  const runtime = await processRuntime(DEADLINES);
  const { bytes, data, entry } = await readGraph(file);
  const session = await runtime.openSession(bytes, values.engine, data);
  try {
    const facts = await probeGraph(session);
    const families = familiesOf(facts, values.family);
    const { outputs } = facts;
    const named = values.labels === undefined ? null : await readLabels(
      values.labels,
      outputs.kind === "finished"
        ? { count: null, seen: outputs.classIds }
        : { count: outputs.classes, seen: [] },
    );
    const names = {
      id: idOf(file),
      graph: entry,
      labels: named?.labels ?? null,
      labelsGuess: named?.guess ?? null,
    };
    const { manifest, family } = await firstThatRuns(families, async (candidate) => {
      const draft = setProperties(draftManifest(facts, candidate, names), values.set);
      checkGraph(draft, session);
      await warmUp({ manifest: draft, session });
      return draft;
    });
    await writeFile(target, `${JSON.stringify(manifest, null, 2)}\n`);
    io.print(report(target, facts, family, manifest));
    if (named !== null) io.print(`  labels   ${named.summary}`);
    const others = families.filter((other) => other !== family).map((other) => other.family);
    if (others.length > 0) io.print(`It could also be (--family): ${others.join(", ")}`);
    if (values.image !== undefined) {
      io.print(await preview(runtime, { manifest, session }, values.image, values.score));
    }
    io.print(`\nServe it: MODEL=${resolve(target)} deno task start`);
  } finally {
    await session.close();
  }
}

/**
 * Returns the families to try, the likeliest first. A family is the typical behaviour of the models
 * that one framework exports.
 *
 * @param wanted Name of a family that the user chose. Unset: all families that fit the graph.
 * @throws {TypeError} If no family fits. Also if the graph has heads per level and its output names
 *   do not identify one family: a wrong guess would give wrong colours and anchors without an
 *   error.
 */
function familiesOf(facts: GraphFacts, wanted: string | undefined): Family[] {
  const { kind } = facts.outputs;
  const possible = FAMILIES.filter((family) => describes(family, kind));
  const known = possible.map(({ family }) => family).join(", ");
  if (wanted !== undefined) {
    const named = possible.filter(({ family }) => family === wanted);
    if (named.length > 0) return named;
    throw new TypeError(
      `Cannot take family "${wanted}" as the graph's outputs are of kind "${kind}", for which ` +
        `there are: ${known}`,
    );
  }
  const found = matchFamilies(facts, FAMILIES);
  if (found.length === 0) {
    throw new TypeError(
      `Cannot tell the family of this graph: name one with --family, of ${known}`,
    );
  }
  if (kind === "levels" && found[0]?.traits.prefix === undefined) {
    throw new TypeError(
      "Cannot tell the family of this graph, as several frameworks export heads per level, with " +
        `other colours, scales and anchors: name yours with --family, of ${known}. ` +
        "Then compare its boxes: deno task model check ID --golden FILE",
    );
  }
  return found;
}

/**
 * Returns true if a family can describe outputs of a kind. A family without NMS describes both
 * kinds of heads: per level and joined.
 */
function describes(family: Family, kind: GraphFacts["outputs"]["kind"]): boolean {
  return (family.traits.outputs === "finished") === (kind === "finished");
}

/**
 * Returns the first proposed manifest with which the graph runs and returns the expected outputs.
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

function report(target: string, facts: GraphFacts, family: Family, manifest: Manifest): string {
  const { input, outputs, scores } = facts;
  const size = input.size ? `${input.size.width}x${input.size.height}` : "any size";
  const guesses = Object.entries(manifest.guesses);
  return [
    `Wrote ${target}`,
    `  input    ${input.name}: ${input.type}, ${input.layout}, ${size}`,
    `  outputs  ${outputs.kind}${scores ? `, class head of ${scores}` : ""}, ` +
    `${outputs.kind === "finished" ? "?" : manifest.labels.length} classes`,
    `  family   ${family.family} (${family.source})`,
    `${guesses.length} guesses; take each out of "guesses" once it is confirmed:`,
    ...guesses.map(([property, reason]) => `  ${property}: ${reason}`),
  ].join("\n");
}

/**
 * Detects on an image and writes a drawing of the detections next to the image. Returns a report.
 */
async function preview(
  runtime: Runtime,
  loaded: { manifest: Manifest; session: Session },
  image: string,
  score: number | undefined,
): Promise<string> {
  const bytes = await readImageFile(image);
  const result = await detectorOf(runtime, loaded).detect(bytes, { scoreThreshold: score });
  const drawing = join(dirname(image), `${basename(image)}.svg`);
  await writeFile(drawing, detectionSvg(bytes, result));
  return `\n${detectionTable(image, result)}\nDrawn in ${drawing}`;
}
