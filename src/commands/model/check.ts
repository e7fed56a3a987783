import { z } from "zod";
import { detectorOf, warmUp } from "../../detect/detector.ts";
import { expectedInput, expectedOutputs } from "../../detect/expected_tensors.ts";
import { type LoadedModel, loadModel } from "../../detect/load_model.ts";
import { goldenDifferences } from "../../eval/golden_differences.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Tensor } from "../../ports/session.ts";
import { hostRuntime } from "../../platforms/host/runtime.ts";
import { readArguments } from "../shared/arguments.ts";
import { comparable, type Golden, readGolden } from "../eval_files/golden_file.ts";
import { readImageFile } from "../shared/image_files.ts";
import { textTable } from "../shared/text_table.ts";

const USAGE = `Holds a manifest against its graph and prints what was found.

  deno task model check ID|MANIFEST [options]

  --golden FILE        compare with a framework's own detections of an image
  --score-tolerance S  how far scores may be apart (0.0001)
  --box-tolerance B    how far edges may be apart, in pixels of the image (0.05)
  --engine E           auto, webgpu, native or wasm (auto)`;

const options = {
  golden: z.string().optional(),
  "score-tolerance": z.coerce.number().nonnegative().default(1e-4),
  "box-tolerance": z.coerce.number().nonnegative().default(0.05),
  engine: z.enum(["auto", "webgpu", "native", "wasm"]).default("auto"),
};

/** `deno task model check`: exit code 1 if a golden differs; what does not fit is thrown. */
export async function modelCheck(args: readonly string[]): Promise<number> {
  const { values, files } = readArguments(args, options, USAGE);
  if (files.length !== 1) {
    throw new TypeError(`Cannot check as one manifest is wanted.\n\n${USAGE}`);
  }
  const runtime = await hostRuntime();
  const loaded = await loadModel(runtime, files[0], values.engine);
  try {
    console.log(tensorTable(loaded, await warmUp(loaded)));
    console.log(guessLines(loaded));
    if (values.golden === undefined) return 0;
    const golden = await readGolden(values.golden);
    const tolerance = { score: values["score-tolerance"], box: values["box-tolerance"] };
    return await compare(runtime, loaded, golden, tolerance);
  } finally {
    await loaded.session.close();
  }
}

/** Every tensor of the manifest: as the graph declares it, as it is wanted, as a run gave it. */
function tensorTable({ manifest, session }: LoadedModel, run: Record<string, Tensor>): string {
  const declared = [...session.inputs, ...session.outputs];
  const expected = [expectedInput(manifest), ...expectedOutputs(manifest)];
  const rows = expected.map(({ name, types, shapes }) => {
    const { type = "", shape = [] } = declared.find((tensor) => tensor.name === name) ?? {};
    return [
      name,
      `${type} ${sides(shape)}`,
      `${types.join("|")} ${shapes.map(sides).join(" or ")}`,
      name in run ? rangeOf(run[name]) : "",
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
  const [low, high] = data.reduce(
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
  tolerance: { score: number; box: number },
): Promise<number> {
  const image = await readImageFile(golden.image);
  const detector = detectorOf(runtime, loaded);
  const { detections } = await detector.detect(image, { scoreThreshold: golden.score });
  const found = detections.map(comparable);
  const differences = goldenDifferences(found, golden.detections, tolerance);
  const counts = `${found.length} detections, ${golden.framework} has ${golden.detections.length}`;
  console.log(
    differences.length === 0
      ? `${counts}: equal within ${tolerance.score} of score and ${tolerance.box} px`
      : `${counts}: they differ\n  ${differences.join("\n  ")}`,
  );
  return differences.length === 0 ? 0 : 1;
}
