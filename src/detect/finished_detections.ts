import type { FinishedManifest } from "../manifest/manifest.ts";
import { swapAxes, toPixels } from "../core/box_coder.ts";
import { nextBelow } from "../core/next_below.ts";
import { type ResizePlan, toSource } from "../core/resize_plan.ts";
import type { Detection } from "../ports/detector.ts";
import { detectionAt, isInOrder } from "./detections.ts";
import { batchOf } from "./expected_tensors.ts";
import { outputData, type Outputs } from "./output_data.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/**
 * The detections of a graph that suppresses inside: rows that are meant and score enough, best
 * first, back to source pixels, label.
 *
 * A row is padding if its class id is below 0; one that holds a number that is none is lost.
 *
 * @throws {DomainError} `graph-mismatch`, if the outputs do not belong together.
 */
export function finishedDetections(
  manifest: FinishedManifest,
  outputs: Outputs,
  plan: ResizePlan,
  options: ResolvedOptions,
): Detection[] {
  const { boxes, scores, labels, count } = readRows(manifest, outputs);
  const { scoreTest } = manifest.postprocess;
  // Frameworks compare float32 scores with the threshold as float32.
  const threshold = Math.fround(options.scoreThreshold);
  const cut = scoreTest === "at-least" ? nextBelow(threshold) : threshold;
  const rows = Array.from({ length: count }, (_, row) => row).filter((row) => {
    const isWanted = options.classIds === null || options.classIds.has(labels[row]);
    const box = boxes.subarray(row * 4, row * 4 + 4);
    return labels[row] >= 0 && scores[row] > cut && isWanted && box.every(Number.isFinite);
  });
  rows.sort((a, b) => scores[b] - scores[a]);
  rows.splice(options.max);
  const inSource = inSourcePixels(manifest, boxes, rows, plan);
  return rows.map((row, i) => detectionAt(manifest, inSource, i, labels[row], scores[row]))
    .filter(isInOrder);
}

/** The boxes of some rows, `[M, 4]` xyxy in source pixels. */
function inSourcePixels(
  { outputs }: FinishedManifest,
  boxes: Float32Array,
  rows: readonly number[],
  plan: ResizePlan,
): Float64Array {
  const all = new Float64Array(rows.length * 4);
  rows.forEach((row, i) => {
    const box = all.subarray(i * 4, i * 4 + 4);
    box.set(boxes.subarray(row * 4, row * 4 + 4));
    if (outputs.corners === "yxyx") swapAxes(box);
    if (outputs.space === "unit") toPixels(box, plan.input);
  });
  toSource(plan, all);
  return all;
}

/** M is what the boxes say; the others must agree. */
function readRows(manifest: FinishedManifest, outputs: Outputs) {
  const names = manifest.outputs;
  const rows = outputs[names.boxes]?.shape.at(-2) ?? 0;
  const sides = names.batched ? [batchOf(manifest), rows] : [rows];
  return {
    boxes: outputData(outputs, names.boxes, [...sides, 4]),
    scores: outputData(outputs, names.scores, sides),
    labels: outputData(outputs, names.labels, sides),
    count: names.count === null ? rows : countIn(outputs, names.count, rows),
  };
}

/** How many of the rows are meant. */
function countIn(outputs: Outputs, name: string, rows: number): number {
  const [count] = outputData(outputs, name, outputs[name]?.shape ?? []);
  return Math.max(0, Math.min(rows, count));
}
