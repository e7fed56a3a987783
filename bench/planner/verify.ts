import { pathToFileURL } from "node:url";
import { readNeeds } from "../../src/commands/plan_needs.ts";
import { CONSTANTS, type MeasuredRuntime } from "../../src/planner/constants.ts";
import { predict } from "../../src/planner/predict.ts";
import { runCommand } from "../../src/commands/shared/run_command.ts";
import { textTable } from "../../src/commands/shared/text_table.ts";
import { MAX_ASSET_BYTES } from "../../src/platforms/workerd/limits.ts";
import { calibrate } from "./calibrate.ts";
import { measureOnDeno, measureOnWorkerd } from "./measure_model.ts";
import { type SizedSubject, subjectOf, VERIFICATION, writeSubjects } from "./subjects.ts";

/** Largest relative error of a prediction. */
const TOLERANCE = 0.25;

const FPNLITE = new URL(
  "../../../shared/models/fpnlite-coco/ssd_mobilenet_v2_fpnlite_10_256_int8.onnx",
  import.meta.url,
);

const OWN = new URL("../../models/", import.meta.url);

/**
 * Runs `deno task plan:verify`: compares predictions with measurements of graphs that the constants
 * were not fitted to. Times are scaled by the benchmark of this machine. The exit code is 1 if an
 * error exceeds a quarter.
 */
async function main(): Promise<number> {
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/`);
  try {
    await writeSubjects(folder, VERIFICATION);
    const scale = await calibrate() / CONSTANTS.calibrationMs;
    console.log(`This machine takes ${scale.toFixed(2)} of the time of the one that was measured.`);
    const subjects = [
      subjectOf(folder, "everyday8", "hd", OWN),
      subjectOf(folder, "everyday8", "camera", OWN),
      ...Object.keys(VERIFICATION).map((id) => subjectOf(folder, id, "hd")),
      ...await copyFpnlite(folder) ? [subjectOf(folder, "fpnlite-coco", "hd")] : [],
    ];
    const comparisons: Comparison[] = [];
    for (const subject of subjects) comparisons.push(...await compare(subject, scale));
    console.log(textTable(
      ["model", "image", "runtime", "what", "expected", "measured", "error %"],
      comparisons.map(({ error, ...cells }) => [...Object.values(cells), (100 * error).toFixed(0)]),
    ));
    const wrong = comparisons.filter(({ error }) => Math.abs(error) > TOLERANCE).length;
    console.log(`${comparisons.length - wrong} of ${comparisons.length} within 25 %`);
    return wrong > 0 ? 1 : 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Comparison {
  readonly model: string;
  readonly image: string;
  readonly runtime: MeasuredRuntime;
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  readonly error: number;
}

const MEASURE = { deno: measureOnDeno, workerd: measureOnWorkerd };

/** Measurements per subject; the least counts, because other processes only add to times. */
const TRIES = 3;

async function compare(subject: SizedSubject, scale: number): Promise<Comparison[]> {
  const needs = await readNeeds(subject.id, subject.folder, subject.size);
  const fitsAsset = needs.graphBytes <= MAX_ASSET_BYTES;
  const runtimes = fitsAsset ? ["deno", "workerd"] as const : ["deno"] as const;
  const comparisons: Comparison[] = [];
  for (const runtime of runtimes) {
    const { heapBytes, coldMs, imageMs } = predict(needs, runtime, CONSTANTS);
    const expected = { heapBytes, coldMs: coldMs * scale, imageMs: imageMs * scale };
    let measured = await MEASURE[runtime](subject);
    for (let tries = 1; tries < TRIES; tries++) {
      const again = await MEASURE[runtime](subject);
      const coldMs = Math.min(measured.coldMs, again.coldMs);
      measured = { ...measured, coldMs, imageMs: Math.min(measured.imageMs, again.imageMs) };
    }
    const { width, height } = subject.size;
    const row = (what: string, wanted: number, found: number, digits: number): Comparison => ({
      ...{ model: subject.id, image: `${width}x${height}`, runtime, what },
      ...{ expected: wanted.toFixed(digits), measured: found.toFixed(digits) },
      error: wanted / found - 1,
    });
    comparisons.push(
      row("heap MB", expected.heapBytes / 1e6, measured.heapBytes / 1e6, 1),
      row("cold ms", expected.coldMs, measured.coldMs, 0),
      row("image ms", expected.imageMs, measured.imageMs, 0),
    );
  }
  return comparisons;
}

/** Copies the third-party int8 model, if it is there. Returns true if it is. */
async function copyFpnlite(folder: URL): Promise<boolean> {
  try {
    await Deno.copyFile(FPNLITE, new URL("fpnlite-coco.onnx", folder));
  } catch {
    return false;
  }
  await Deno.copyFile(new URL("fpnlite-coco.json", OWN), new URL("fpnlite-coco.json", folder));
  return true;
}

if (import.meta.main) await runCommand(main);
