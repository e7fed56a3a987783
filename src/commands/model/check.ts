import { z } from "zod";
import { warmUp } from "../../detect/first_run.ts";
import { expectedInputs, expectedOutputs } from "../../detect/expected_tensors.ts";
import { type LoadedModel, loadModel } from "../../detect/load_model.ts";
import type { Tensor } from "../../ports/session.ts";
import { processRuntime } from "../../platforms/host/process_runtime.ts";
import { readGolden } from "../eval_files/golden_file.ts";
import {
  engineOption,
  jsonOption,
  readArguments,
  readImageFile,
  usageOf,
  variantsOption,
} from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { numberOption } from "../shared/number_option.ts";
import { DEADLINES } from "../shared/open_detector.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { checkImage, imageReport } from "./check_image.ts";
import { compareGolden, type GoldenCheck } from "./compare_golden.ts";
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
    "score-tolerance": numberOption(z.number().nonnegative()).prefault("0.0001")
      .meta({ value: "S", description: "largest difference of scores" }),
    "box-tolerance": numberOption(z.number().nonnegative()).prefault("0.05")
      .meta({ value: "B", description: "largest difference of edges, in pixels of the image" }),
    engine: engineOption,
    variants: variantsOption,
    json: jsonOption,
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
  const runtime = await processRuntime(DEADLINES, { variants: values.variants });
  const loaded = await loadModel(runtime, model, values.engine);
  const say = values.json ? () => {} : io.print;
  try {
    const { id, graph, guesses } = loaded.manifest;
    const tensors = tensorsOf(loaded, await warmUp(loaded));
    say(`${id} fits its graph, ${graph.file}\n${tensorTable(tensors)}`);
    say(guessLines(loaded));
    const image = values.image === undefined
      ? undefined
      : await checkImage(runtime, loaded, await readImageFile(values.image));
    if (image !== undefined) say(imageReport(image));
    const tolerance = { score: values["score-tolerance"], box: values["box-tolerance"] };
    const golden = values.golden === undefined
      ? undefined
      : await compareGolden(runtime, loaded, await readGolden(values.golden), tolerance);
    if (golden !== undefined) say(goldenReport(golden));
    if (values.json) io.print(JSON.stringify({ id, graph, tensors, guesses, image, golden }));
    return golden === undefined || golden.isEqual ? 0 : 1;
  } finally {
    await loaded.session.close();
  }
}

/** Tensor of a model, as the graph and the manifest declare it. */
interface CheckedTensor {
  readonly name: string;
  /** Declaration in the graph. */
  readonly graph: { readonly type: string; readonly shape: Shape };
  /** Number types and shapes that the manifest allows. */
  readonly manifest: { readonly types: readonly string[]; readonly shapes: readonly Shape[] };
  /** Shape and values in a test run. Undefined for an input. */
  readonly run?: TestedTensor | undefined;
}

/** Shape of a tensor, and its values, which are undefined if the tensor is empty. */
interface TestedTensor {
  readonly shape: readonly number[];
  readonly min?: number;
  readonly max?: number;
}

type Shape = readonly (number | string | null)[];

/** Returns each tensor of the model, with its values in a test run. */
function tensorsOf(
  { manifest, session }: LoadedModel,
  run: Record<string, Tensor>,
): CheckedTensor[] {
  const declared = [...session.inputs, ...session.outputs];
  const expected = [...expectedInputs(manifest), ...expectedOutputs(manifest)];
  return expected.map(({ name, types, shapes }) => {
    const { type = "", shape = [] } = declared.find((tensor) => tensor.name === name) ?? {};
    const tensor = run[name];
    return {
      name,
      graph: { type, shape },
      manifest: { types, shapes },
      run: tensor && testedTensor(tensor),
    };
  });
}

function testedTensor({ data, shape }: Tensor): TestedTensor {
  if (data.length === 0) return { shape };
  const [min, max] = data.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return { shape, min, max };
}

/** Formats a table of the model's tensors for the user. */
function tensorTable(tensors: readonly CheckedTensor[]): string {
  const rows = tensors.map(({ name, graph, manifest: { types, shapes }, run }) => [
    name,
    `${graph.type} ${sides(graph.shape)}`,
    `${types.join("|")} ${shapes.map(sides).join(" or ")}`,
    run === undefined ? "" : rangeOf(run),
  ]);
  return textTable(["tensor", "in the graph", "by the manifest", "on an empty image"], rows);
}

function sides(shape: Shape): string {
  return `[${shape.map((side) => side ?? "?").join(", ")}]`;
}

function rangeOf({ shape, min, max }: TestedTensor): string {
  if (min === undefined || max === undefined) return `${sides(shape)}, empty`;
  return `${sides(shape)}, ${min.toPrecision(3)} to ${max.toPrecision(3)}`;
}

function guessLines({ manifest }: LoadedModel): string {
  const guesses = Object.entries(manifest.guesses);
  if (guesses.length === 0) return "Nothing in it is a guess.";
  const lines = guesses.map(([property, reason]) => `  ${property}: ${reason}`);
  return `${guesses.length} properties are guesses; take each out of "guesses" once it is ` +
    `confirmed:\n${lines.join("\n")}`;
}

/** Formats a comparison for the user. */
function goldenReport(check: GoldenCheck): string {
  const { framework, counts, tolerance, isEqual, differences, reasons } = check;
  const both = `${counts.found} detections, ${framework} has ${counts.golden}`;
  if (isEqual) {
    return `${both}: equal within ${tolerance.score} of score and ${tolerance.box} px`;
  }
  const shown = differences.slice(0, MAX_SHOWN);
  const rest = differences.length - shown.length;
  return [
    `${both}: they differ`,
    ...shown.map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...reasons,
  ].join("\n");
}
