import process from "node:process";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { decodeImage, inputOf } from "../../src/detect/preprocess.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { jpegReduction, reducedSize } from "../../src/image/jpeg_reduction.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { megapixels } from "../../src/planner/predict.ts";
import { randomRetinaNet } from "../../tests/planner/random_retinanet.ts";
import { calibrate } from "./calibrate.ts";
import { fit } from "./fit.ts";
import { IMAGES, TRAINING, writeSubjects } from "./subjects.ts";

// deno run -A --lock=tests/deno.lock bench/planner/measure_ingest.ts
// Measures only the terms of an image: from the JPEG file to the input tensor. Prints milliseconds
// of CPU time per megapixel of the file and of the decoded image, and those of the calibration.

const ROUNDS = 12;
/** Graphs with small and large inputs, and with one that needs the full scale of the image. */
const IDS = ["basic-s", "basic-wide", "basic-sharp"] as const;

const folder = new URL(`file://${await Deno.makeTempDir()}/`);
await writeSubjects(folder, {});
const { codec } = await hostRuntime({ threads: 1 });
const terms: Record<string, number>[] = [];
const times: number[] = [];
for (const [name, size] of Object.entries(IMAGES)) {
  const bytes = await Deno.readFile(new URL(`${name}.jpg`, folder));
  for (const id of IDS) {
    const manifest = parseManifest(randomRetinaNet(id, TRAINING[id]!).manifest);
    const { resized } = createResizePlan(size, manifest.resize, manifest.pad);
    const atLeast = manifest.resample.antialias ? resized : size;
    const decoded = reducedSize(size, jpegReduction(size, atLeast));
    let least = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      const before = process.cpuUsage();
      inputOf(decodeImage(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS), manifest, codec);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
    }
    console.log(name, id, decoded, `${least.toFixed(1)} ms`);
    terms.push({ image: 1, megapixel: megapixels(size), decodedMegapixel: megapixels(decoded) });
    times.push(least);
  }
}
console.log({ ...fit(terms, times), calibrationMs: await calibrate() });
await Deno.remove(folder, { recursive: true });
