import { parseArgs } from "node:util";
import { readDataset } from "../src/commands/eval_files/coco_files.ts";
import { detectImages } from "../src/commands/eval_files/detect_images.ts";
import { evaluate } from "../src/eval/evaluate.ts";
import { CONSOLE } from "../src/commands/shared/run_command.ts";
import { createDetector } from "../src/detect/detector.ts";
import { emptyInput } from "../src/detect/preprocess.ts";
import { createResizePlan } from "../src/core/resize_plan.ts";
import type { Manifest } from "../src/manifest/manifest.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";
import type { Runtime } from "../src/ports/runtime.ts";
import { measure, type Measurement, type Task } from "./stopwatch.ts";

// Measures accuracy and time of a model whose input has other sizes than its manifest says:
//
//     deno run -A --lock=tests/deno.lock bench/input_sizes.ts --data DATA --save FILE
//
// DATA is the folder of the data set. Times are those of the graph on one thread of WebAssembly.

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string", default: "everyday8" },
    sides: { type: "string", default: "192,256,320,384,448,512" },
    rounds: { type: "string", default: "15" },
    save: { type: "string" },
  },
});
if (values.data === undefined) throw new TypeError("Cannot measure without --data");

/** Score threshold, as in the command `eval`. */
const SCORE = 0.05;
/** Photo whose tensor the graph runs on. */
const PHOTO = { width: 1920, height: 1080 };

const runtime = await hostRuntime({ threads: 1 });
const sides = values.sides.split(",").map(Number);
const truth = await readDataset(`${values.data}/val.json`);
const figures = [];
for (const side of sides) {
  const detector = await createDetector(resized(side), { model: values.model, engine: "wasm" });
  const options = { scoreThreshold: SCORE };
  const folder = `${values.data}/images/val`;
  const results = await detectImages(detector, truth, folder, options, CONSOLE);
  await detector.close();
  const { ap, ap50, apSmall, apMedium, apLarge } = evaluate(truth, results);
  figures.push({ side, ap, ap50, apSmall, apMedium, apLarge });
  console.error(figures.at(-1));
}
const times = await measureTimes();
const rows = figures.map(({ side, ...precisions }, index) => ({
  side,
  ms: Number(times[index]!.median.toFixed(1)),
  ...Object.fromEntries(
    Object.entries(precisions).map(([name, value]) => [name, Number(value.toFixed(4))]),
  ),
}));
const text = JSON.stringify({ model: values.model, rows }, null, 2) + "\n";
if (values.save === undefined) console.log(text);
else await Deno.writeTextFile(values.save, text);

/** Times the graph at each size, in the order of `sides`. */
async function measureTimes(): Promise<readonly Measurement[]> {
  const manifests = await Promise.all(
    sides.map((side) => resized(side).models.manifest(values.model)),
  );
  const graph = await runtime.models.graph(values.model, manifests[0]!.graph);
  const session = await runtime.openSession({ bytes: graph }, "wasm");
  const tasks = manifests.map((manifest): Task => {
    const plan = createResizePlan(PHOTO, manifest.resize, manifest.pad);
    const feeds = { [manifest.input.name]: emptyInput(plan, manifest) };
    return [`${plan.input.width}x${plan.input.height}`, async () => void await session.run(feeds)];
  });
  const times = await measure(tasks, Number(values.rounds));
  await session.close();
  return times;
}

/** Returns a runtime whose manifests fit images into a square of another side. */
function resized(side: number): Runtime {
  const { models } = runtime;
  return {
    ...runtime,
    models: {
      ...models,
      manifest: async (id) => {
        const manifest = await models.manifest(id);
        return {
          ...manifest,
          resize: { ...manifest.resize, width: side, height: side },
        } as Manifest;
      },
    },
  };
}
