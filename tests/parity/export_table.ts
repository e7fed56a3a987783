import { main } from "../../src/commands/model/main.ts";
import { comparable, type Golden, readGolden } from "../../src/commands/eval_files/golden_file.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { type ComparedDetection, goldenDifferences } from "../../src/eval/golden_differences.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { runMain } from "../commands/run_main.ts";
import { type Export, EXPORTS } from "./exports.ts";
import type { Outcome, Results } from "./export_results.ts";

// Program that describes every export of EXPORTS, compares the boxes, and writes
// export_results.json, from which the table of docs/bring-your-own.md is made:
//
//   python3 tests/parity/make/export_matrix.py DIR
//   python3 tests/parity/make/awkward_exports.py DIR
//   deno run -A --lock=tests/deno.lock tests/parity/export_table.ts DIR [NAME ...]
//   deno run -A --lock=tests/deno.lock tests/parity/export_docs.ts
//
// The exit code is 1 if boxes are wrong and nothing said that they may be.

/** Tolerance of scores and of edges, in source pixels. */
const TOLERANCE = { score: 1e-4, box: 0.02 };

const RESULTS = new URL("export_results.json", import.meta.url);

const runtime = await hostRuntime({ threads: 1 });

/** Comparison of the boxes of one manifest with those of the framework. */
interface Compared {
  readonly differences: readonly string[];
  readonly worst: { px: number; score: number };
  readonly boxes: number;
}

/** Compares the detections of a manifest with all goldens. */
async function compare(manifest: string, goldens: readonly Golden[]): Promise<Compared> {
  const detector = await createDetector(runtime, { model: manifest, engine: "wasm" });
  const worst = { px: 0, score: 0 };
  const differences: string[] = [];
  let boxes = 0;
  try {
    for (const { image, score, detections: expected } of goldens) {
      const { detections } = await detector.detect(await Deno.readFile(image), {
        scoreThreshold: score,
      });
      const found = detections.map(comparable);
      differences.push(...goldenDifferences(found, expected, TOLERANCE));
      boxes += expected.length;
      for (const each of expected) {
        const { px, score } = nearest(each, found);
        worst.px = Math.max(worst.px, px);
        worst.score = Math.max(worst.score, score);
      }
    }
    return { differences, worst, boxes };
  } finally {
    await detector.close();
  }
}

/** Returns the distance from a detection to the nearest one of the same class and score. */
function nearest(wanted: ComparedDetection, found: readonly ComparedDetection[]) {
  const distances = found.filter(({ classId, score }) =>
    classId === wanted.classId && Math.abs(score - wanted.score) <= TOLERANCE.score
  ).map(({ score, box }) => ({
    px: Math.max(...box.map((edge, i) => Math.abs(edge - wanted.box[i]!))),
    score: Math.abs(score - wanted.score),
  }));
  return distances.sort((a, b) => a.px - b.px)[0] ?? { px: Infinity, score: Infinity };
}

/** Describes one export. */
async function describe(folder: string, each: Export): Promise<Outcome> {
  const goldens = await goldensOf(folder, each.name);
  const first = await attempt(folder, each, [], goldens);
  if (each.answer === undefined || first.kind === "exact") return first;
  const second = await attempt(folder, each, each.answer, goldens);
  if (second.kind !== "exact") {
    return { ...second, kind: "WRONG", detail: `${first.detail}; then ${second.detail}` };
  }
  const kind = first.kind === "refuses" ? "asks" : first.kind;
  return { ...second, kind, detail: first.detail };
}

async function attempt(
  folder: string,
  { name, given = [], answer = [] }: Export,
  options: readonly string[],
  goldens: readonly Golden[],
): Promise<Outcome> {
  const graph = `${folder}/${name}.onnx`;
  const { code, stdout, stderr } = await runMain(
    ...[main, "new", graph, "--force", "--engine", "wasm", ...given, ...options] as const,
  );
  await Deno.writeTextFile(`${folder}/${name}.log`, `${stdout}${stderr}`);
  if (code !== 0) return { kind: "refuses", detail: firstLine(stderr) };
  const compared = await compare(`${folder}/${name}.json`, goldens)
    .catch((error: Error) => ({ differences: [error.message], worst: null, boxes: 0 }));
  const { differences, boxes } = compared;
  if (differences.length === 0 && boxes > 0 && compared.worst !== null) {
    return { kind: "exact", detail: "", boxes, worst: compared.worst };
  }
  const doubt = doubtIn(stdout, answer);
  return doubt === undefined
    ? { kind: "WRONG", detail: differences[0] ?? "no boxes" }
    : { kind: "says", detail: doubt };
}

/**
 * Returns the line of the report that says that the answered property is uncertain: a warning, a
 * guess of the property, or the other families that are possible.
 */
function doubtIn(report: string, answer: readonly string[]): string | undefined {
  const properties = answer.flatMap((option, i) => {
    if (option === "--sizes" || option === "--ratios") return ["anchors"];
    return option === "--set" ? [answer[i + 1]!.split("=")[0]!] : [];
  });
  const lines = report.split("\n");
  const warning = lines.find((line) => line.startsWith("Warning: "));
  if (answer.length === 0) return warning;
  const wanted = answer.includes("--family")
    ? [/^It could also be \(--family\)/]
    : properties.map((property) => {
      const [whole = ""] = property.split(".");
      return new RegExp(`^ {2}(${property}|${whole}|${property}\\.\\w+): (assumed|suggested): `);
    });
  return lines.find((line) => wanted.some((pattern) => pattern.test(line)))?.trim() ?? warning;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

async function goldensOf(folder: string, name: string): Promise<Golden[]> {
  const files = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  const own = files.filter((file) => file.startsWith(`${name}.`) && /\.\d+x\d+\.json$/.test(file));
  return await Promise.all(own.sort().map((file) => readGolden(`${folder}/${file}`)));
}

const [folder, ...wanted] = Deno.args;
if (folder === undefined) throw new TypeError("Cannot describe exports as a folder is wanted");
let results: Results = {};
for (const each of EXPORTS) {
  if (wanted.length > 0 && !wanted.includes(each.name)) continue;
  const outcome = await describe(folder, each);
  // Read anew, so that several runs may write at once.
  const known: Results = JSON.parse(await Deno.readTextFile(RESULTS).catch(() => "{}"));
  results = { ...known, [each.name]: outcome };
  console.log(each.name, JSON.stringify(outcome));
  await Deno.writeTextFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}
Deno.exit(Object.values(results).some(({ kind }) => kind === "WRONG") ? 1 : 0);
