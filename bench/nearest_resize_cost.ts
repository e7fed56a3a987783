import { join } from "node:path";
import { Image } from "imagescript";
import { z } from "zod";
import { parseManifest } from "../src/manifest/manifest.ts";
import everyday8 from "../models/everyday8.json" with { type: "json" };
import { createResizePlan } from "../src/core/resize_plan.ts";
import { engineOption, readArguments, readImageFile } from "../src/commands/shared/arguments.ts";
import { readDataset } from "../src/commands/eval_files/coco_files.ts";
import { cocoResults } from "../src/commands/eval_files/coco_results.ts";
import { openDetector } from "../src/commands/shared/open_detector.ts";
import type { CommandSpec } from "../src/commands/shared/command_spec.ts";
import { type CommandIo, runCommand } from "../src/commands/shared/run_command.ts";
import type { CocoResult } from "../src/eval/coco.ts";
import { evaluate } from "../src/eval/evaluate.ts";
import type { Detection } from "../src/ports/detector.ts";
import { encodePng } from "../tests/sample_images/encode_png.ts";

const SPEC = {
  name: "nearest_resize_cost",
  summary: "Measure the AP that imagescript's nearest-neighbour resize would cost.",
  options: {
    images: z.string().meta({ value: "DIR", description: "folder of the images" }),
    annotations: z.string().meta({ value: "FILE", description: "annotations in COCO format" }),
    engine: engineOption,
  },
} satisfies CommandSpec;

/** Detects in each image twice: as it is, and after imagescript shrank it to the model's size. */
async function main(args: readonly string[], io: CommandIo): Promise<void> {
  const { values } = readArguments(args, SPEC, io);
  const truth = await readDataset(values.annotations);
  const detector = await openDetector({ model: "everyday8", engine: values.engine });
  const ours: CocoResult[] = [];
  const nearest: CocoResult[] = [];
  for (const image of truth.images) {
    const bytes = await readImageFile(join(values.images, image.file_name));
    const { detections } = await detector.detect(bytes, { scoreThreshold: 0.05 });
    ours.push(...cocoResults(image, truth.categories, detections));
    const shrunk = await shrink(bytes);
    const found = await detector.detect(shrunk.bytes, { scoreThreshold: 0.05 });
    const enlarged = found.detections.map((detection) => scale(detection, shrunk));
    nearest.push(...cocoResults(image, truth.categories, enlarged));
  }
  await detector.close();
  for (const [name, results] of [["antialiased bilinear", ours], ["nearest", nearest]] as const) {
    const { ap, ap50 } = evaluate(truth, results);
    console.log(`${name}: AP ${ap.toFixed(4)}, AP50 ${ap50.toFixed(4)}`);
  }
}

interface Shrunk {
  readonly bytes: Uint8Array;
  /** Source pixels per shrunken pixel. */
  readonly x: number;
  readonly y: number;
}

async function shrink(bytes: Uint8Array): Promise<Shrunk> {
  const image = await Image.decode(bytes);
  const manifest = parseManifest(everyday8);
  // Copies the sides, since imagescript resizes in place.
  const sides = { width: image.width, height: image.height };
  const { resized, source } = createResizePlan(sides, manifest.resize, manifest.pad);
  const { bitmap } = image.resize(resized.width, resized.height);
  const data = new Uint8Array(bitmap);
  return {
    bytes: encodePng({ data, ...resized, channels: 4, reduction: 1 }),
    x: source.width / resized.width,
    y: source.height / resized.height,
  };
}

function scale({ box, ...rest }: Detection, { x, y }: Shrunk): Detection {
  const { xmin, ymin, xmax, ymax } = box;
  return { ...rest, box: { xmin: xmin * x, ymin: ymin * y, xmax: xmax * x, ymax: ymax * y } };
}

if (import.meta.main) await runCommand(main);
