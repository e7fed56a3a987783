import { isFinished, parseManifest } from "../src/manifest/manifest.ts";
import everyday8 from "../models/everyday8.json" with { type: "json" };
import { levelGrid } from "../src/core/anchors.ts";
import { createResizePlan } from "../src/core/resize_plan.ts";
import { postprocess } from "../src/detect/postprocess.ts";
import { resolveOptions } from "../src/detect/resolve_options.ts";
import { seededRandom } from "../tests/random.ts";
import { measure, type Measurement } from "./stopwatch.ts";

const SIZE = { width: 1088, height: 800 };
const CLASSES = 80;

/** Times the post-processing of an 800x1088 input with 80 classes: 13 million logits. */
export async function measurePostprocessing(rounds: number): Promise<Measurement[]> {
  const manifest = parseManifest({
    ...everyday8,
    labels: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
    resize: { kind: "stretch", ...SIZE },
    postprocess: { ...everyday8.postprocess, score: 0.05 },
  });
  const outputs = randomOutputs(manifest);
  const plan = createResizePlan(SIZE, manifest.resize, manifest.pad);
  const options = resolveOptions(manifest, {});
  return await measure([
    ["post-processing at 800x1088, 80 classes", () => {
      postprocess(manifest, outputs, plan, options);
    }],
  ], rounds);
}

/** Returns logits like a trained model's: some thousands above the threshold, the rest far below. */
function randomOutputs(manifest: ReturnType<typeof parseManifest>) {
  if (
    isFinished(manifest) || manifest.outputs.kind !== "levels" || !("levels" in manifest.anchors)
  ) {
    throw new TypeError("everyday8 has heads per level");
  }
  const { outputs: { scores, deltas }, anchors } = manifest;
  const random = seededRandom(7);
  const filled = (length: number, mean: number, spread: number) =>
    Float32Array.from({ length }, () => mean + spread * gaussian(random));
  return Object.fromEntries(anchors.levels.flatMap(({ stride }, i) => {
    const { width, height } = levelGrid(stride, SIZE);
    const head = (channels: number, mean: number, spread: number) => ({
      data: filled(9 * channels * width * height, mean, spread),
      shape: [1, 9 * channels, height, width],
    });
    return [[scores[i], head(CLASSES, -6, 1)], [deltas[i], head(4, 0, 0.2)]];
  }));
}

/** Returns a nearly normal number: the sum of twelve uniform ones minus six (Irwin–Hall). */
function gaussian(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}
