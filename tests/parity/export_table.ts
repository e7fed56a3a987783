import { main } from "../../src/commands/model/main.ts";
import { comparable, type Golden, readGolden } from "../../src/commands/eval_files/golden_file.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { goldenDifferences } from "../../src/eval/golden_differences.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { runMain } from "../commands/run_main.ts";

// Program that describes every export of a folder, compares the boxes, and prints a table:
//
//   python3 tests/parity/make/export_matrix.py DIR
//   deno run -A --lock=tests/deno.lock tests/parity/export_table.ts DIR
//
// The exit code is 1 if boxes are wrong and nothing said that they may be.

/** Tolerance of scores and of edges, in source pixels. */
const TOLERANCE = { score: 1e-4, box: 0.02 };

const PAPER = "32,40,50; 64,80,101; 128,161,203; 256,322,406; 512,645,812";
const P2P6 = "16,20,25; 32,40,50; 64,80,101; 128,161,203; 256,322,406";

/** Answers to the questions of `model new`, by the start of an export's name. */
const ANSWERS: readonly (readonly [start: string, options: readonly string[]])[] = [
  ["ratios_own", ["--ratios", "0.3333333333333333,1,3"]],
  ["sizes_own", ["--sizes", "24,30,38.4; 48,60,76.8; 96,120,153.6; 192,240,307.2; 384,480,614.4"]],
  ["anchors_2", ["--sizes", "32; 64; 128; 256; 512", "--ratios", "1,2"]],
  ["anchors_15", ["--sizes", PAPER, "--ratios", "0.3333333333333333,0.5,1,2,3"]],
  ["p2p6_levels", ["--family", "torchvision", "--sizes", P2P6]],
  ["p2p6", ["--sizes", P2P6]],
  ["p3p4_levels", ["--family", "torchvision", "--sizes", "32,40,50; 64,80,101"]],
  ["p3p4", ["--sizes", "32,40,50; 64,80,101"]],
  ["p3p5", ["--sizes", "32,40,50; 64,80,101; 128,161,203"]],
  ["joined_k4", ["--family", "torchvision", "--set", "outputs.scores=FIRST"]],
  ["detectron2", ["--family", "detectron2"]],
  ["odtk", ["--family", "odtk"]],
  ["", ["--family", "torchvision"]],
];

/** Outcome of `model new` for one export. */
interface Row {
  readonly name: string;
  /** `exact`, `asks`, `refuses`, `says` (boxes differ, and a guess says that they may) or `WRONG`. */
  readonly outcome: "exact" | "asks" | "refuses" | "says" | "WRONG";
  readonly detail: string;
}

const runtime = await hostRuntime({ threads: 1 });

/** Returns the detections' differences from all goldens. */
async function differences(manifest: string, goldens: readonly Golden[]): Promise<string[]> {
  const detector = await createDetector(runtime, { model: manifest, engine: "wasm" });
  try {
    const found: string[] = [];
    for (const { image, score, detections: expected } of goldens) {
      const { detections } = await detector.detect(await Deno.readFile(image), {
        scoreThreshold: score,
      });
      found.push(...goldenDifferences(detections.map(comparable), expected, TOLERANCE));
    }
    return found;
  } finally {
    await detector.close();
  }
}

/** Describes one export. */
async function describe(folder: string, name: string): Promise<Row> {
  const goldens = await goldensOf(folder, name);
  const first = await attempt(folder, name, [], goldens);
  if (first.outcome === "exact") return { name, ...first };
  const [, options = []] = ANSWERS.find(([start]) => name.startsWith(start)) ?? [];
  const second = await attempt(folder, name, options, goldens);
  const answer = second.outcome === "exact"
    ? `exact with \`${options.map((each) => each.includes(" ") ? `"${each}"` : each).join(" ")}\``
    : `not exact with ${options.join(" ")}: ${second.detail}`;
  const outcome = first.outcome === "refuses" && second.outcome === "exact"
    ? "asks"
    : first.outcome;
  return { name, outcome, detail: `${first.detail}; ${answer}` };
}

async function attempt(
  folder: string,
  name: string,
  options: readonly string[],
  goldens: readonly Golden[],
): Promise<Omit<Row, "name">> {
  const graph = `${folder}/${name}.onnx`;
  const { code, stdout, stderr } = await runMain(
    ...[main, "new", graph, "--force", "--engine", "wasm", ...options] as const,
  );
  if (code !== 0) return { outcome: "refuses", detail: firstSentence(stderr) };
  const found = await differences(`${folder}/${name}.json`, goldens)
    .catch((error: Error) => [error.message]);
  if (goldens.length === 0) return { outcome: "says", detail: "no boxes to compare with" };
  if (found.length === 0) return { outcome: "exact", detail: "" };
  const doubt = /^ {2}anchors: assumed: (.*)$|^Warning: (.*)$/m.exec(stdout)?.slice(1).find(
    Boolean,
  );
  return doubt === undefined
    ? { outcome: "WRONG", detail: found[0] ?? "" }
    : { outcome: "says", detail: doubt };
}

function firstSentence(text: string): string {
  return text.trim().split("\n")[0]!.slice(0, 160);
}

async function goldensOf(folder: string, name: string): Promise<Golden[]> {
  const files = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  const own = files.filter((file) => file.startsWith(`${name}.`) && /\.\d+x\d+\.json$/.test(file));
  return await Promise.all(own.sort().map((file) => readGolden(`${folder}/${file}`)));
}

const [folder, ...wanted] = Deno.args;
if (folder === undefined) throw new TypeError("Cannot describe exports as a folder is wanted");
const files = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
const names = files.filter((file) => file.endsWith(".onnx")).map((file) => file.slice(0, -5))
  .sort();
let wrong = 0;
console.log("| export | outcome | |\n| --- | --- | --- |");
for (const name of wanted.length > 0 ? wanted : names) {
  const { outcome, detail } = await describe(folder, name);
  if (outcome === "WRONG") wrong++;
  console.log(`| \`${name}\` | ${outcome} | ${detail.replaceAll("|", "\\|")} |`);
}
Deno.exit(wrong > 0 ? 1 : 0);
