import { z } from "zod";
import { detectorOf, warmUp } from "../../detect/detector.ts";
import { expectedInputs, expectedOutputs } from "../../detect/expected_tensors.ts";
import { type LoadedModel, loadModel } from "../../detect/load_model.ts";
import { goldenDifferences, type GoldenTolerance } from "../../eval/golden_differences.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Tensor } from "../../ports/session.ts";
import { processRuntime } from "../../platforms/host/process_runtime.ts";
import { comparable, type Golden, readGolden } from "../eval_files/golden_file.ts";
import { engineOption, readArguments, readImageFile, usageOf } from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { DEADLINES } from "../shared/open_detector.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { checkImage } from "./check_image.ts";
import { diagnose } from "./diagnose.ts";
import { textTable } from "../shared/text_table.ts";

const SPEC = {
  name: "model check",
  summary: "Compare a manifest with its graph and print each tensor.",
  operands: "ID|MANIFEST",
  options: {
    golden: z.string().optional().meta({
      value: "FILE",
      description: "compare with the detections of the framework that made the model; names the " +
        "likeliest wrong property if they differ",
    }),
    image: z.string().optional().meta({
      value: "FILE",
      description: "detect in an image; print the detections, and a warning about absurd boxes",
    }),
    "score-tolerance": z.coerce.number().nonnegative().default(1e-4)
      .meta({ value: "S", description: "largest difference of scores" }),
    "box-tolerance": z.coerce.number().nonnegative().default(0.05)
      .meta({ value: "B", description: "largest difference of edges, in pixels of the image" }),
    engine: engineOption,
  },
  notes: "Exit code 1 if the manifest does not fit, or if the detections differ.",
} satisfies CommandSpec;

/** Maximum number of differences that are printed. */
const MAX_SHOWN = 6;

/**
 * Runs `deno task model check`. The exit code is 1 if the manifest does not fit its graph. The exit
 * code is also 1 if the detections differ from the golden file (detections of the model's own
 * framework).
 */
export const main: CommandMain = commandMain(check, SPEC);

async function check(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, files } = readArguments(args, SPEC, io);
  const [model] = files;
  if (model === undefined || files.length > 1) {
    throw new TypeError(`Cannot check as one manifest is wanted.\n\n${usageOf(SPEC, io)}`);
  }
  const runtime = await processRuntime(DEADLINES);
  const loaded = await loadModel(runtime, model, values.engine);
  try {
    io.print(tensorTable(loaded, await warmUp(loaded)));
    io.print(guessLines(loaded));
    if (values.image !== undefined) {
      io.print(await checkImage(runtime, loaded, await readImageFile(values.image)));
    }
    if (values.golden === undefined) return 0;
    const golden = await readGolden(values.golden);
    const tolerance = { score: values["score-tolerance"], box: values["box-tolerance"] };
    const { report, code } = await compare(runtime, loaded, golden, tolerance);
    io.print(report);
    return code;
  } finally {
    await loaded.session.close();
  }
}

/**
 * Formats a table of the model's tensors. The table shows the declaration of each tensor in the
 * graph and in the manifest, and its values in a test run.
 */
function tensorTable({ manifest, session }: LoadedModel, run: Record<string, Tensor>): string {
  const declared = [...session.inputs, ...session.outputs];
  const expected = [...expectedInputs(manifest), ...expectedOutputs(manifest)];
  const rows = expected.map(({ name, types, shapes }) => {
    const { type = "", shape = [] } = declared.find((tensor) => tensor.name === name) ?? {};
    const tensor = run[name];
    return [
      name,
      `${type} ${sides(shape)}`,
      `${types.join("|")} ${shapes.map(sides).join(" or ")}`,
      tensor === undefined ? "" : rangeOf(tensor),
    ];
  });
  return `${manifest.id} fits its graph, ${manifest.graph.file}\n` +
    textTable(["tensor", "in the graph", "by the manifest", "on an empty image"], rows);
}

function sides(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((side) => side ?? "?").join(", ")}]`;
}

function rangeOf({ data, shape }: Tensor): string {
  if (data.length === 0) return `${sides(shape)}, empty`;
  const [low, high] = data.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return `${sides(shape)}, ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
}

function guessLines({ manifest }: LoadedModel): string {
  const guesses = Object.entries(manifest.guesses);
  if (guesses.length === 0) return "Nothing in it is a guess.";
  const lines = guesses.map(([property, reason]) => `  ${property}: ${reason}`);
  return `${guesses.length} properties are guesses; take each out of "guesses" once it is ` +
    `confirmed:\n${lines.join("\n")}`;
}

async function compare(
  runtime: Runtime,
  loaded: LoadedModel,
  golden: Golden,
  tolerance: GoldenTolerance,
): Promise<{ report: string; code: number }> {
  const image = await readImageFile(golden.image);
  const { manifest, session } = loaded;
  const detect = async (each: Manifest) => {
    const detector = detectorOf(runtime, { manifest: each, session });
    const { detections } = await detector.detect(image, { scoreThreshold: golden.score });
    return detections.map(comparable);
  };
  const found = await detect(manifest);
  const differences = goldenDifferences(found, golden.detections, tolerance);
  const counts = `${found.length} detections, ${golden.framework} has ${golden.detections.length}`;
  if (differences.length > 0) {
    const shown = differences.slice(0, MAX_SHOWN);
    const rest = differences.length - shown.length;
    const reasons = await diagnose(manifest, { golden, tolerance, found, detect });
    const lines = [
      `${counts}: they differ`,
      ...shown.map((line) => `  ${line}`),
      ...(rest > 0 ? [`  and ${rest} more`] : []),
      ...reasons,
    ];
    return { report: lines.join("\n"), code: 1 };
  }
  const { score, box } = tolerance;
  return { report: `${counts}: equal within ${score} of score and ${box} px`, code: 0 };
}
