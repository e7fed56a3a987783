import { toCorners, toPixels } from "../core/box_coder.ts";
import { clipTo, type ResizePlan, toSource } from "../core/resize_plan.ts";
import type { FinishedManifest } from "../manifest/manifest.ts";
import type { Detection } from "../ports/detector.ts";
import { classScales } from "./class_scales.ts";
import { detectionAt } from "./detection_at.ts";
import { isInOrder } from "./detections.ts";
import { batchOf } from "./expected_tensors.ts";
import { outputData, type Outputs } from "./output_data.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/** Outputs of the graph for the first image of the batch. Each row is one detection. */
interface Rows {
  /**
   * `[M, 4]` boxes of M rows. The manifest declares the order of the four numbers and their unit.
   */
  readonly boxes: Float32Array;
  /** `[M]` score of each row, 0 to 1. */
  readonly scores: Float32Array;
  /** `[M]` class id of each row. A negative id marks an unused row. */
  readonly labels: Float32Array;
  /** Number of valid rows. All later rows are unused. */
  readonly count: number;
}

/**
 * Turns the outputs of a graph that applies NMS itself into detections.
 *
 * 1. Read the rows. Each row is one detection.
 * 2. Select rows by score and class. Drop unused rows and rows with NaN or infinity.
 * 3. Sort the rows, best first, and keep at most `options.max`.
 * 4. Convert the boxes to source pixels and clip them to the source.
 * 5. Add the labels. Drop boxes whose left and right or top and bottom edges are swapped.
 *
 * @returns Detections, best first. Detections with equal scores stay in the order of the graph.
 * @throws {DomainError} `graph-mismatch`, if outputs are missing or have different row counts.
 */
export function finishedDetections(
  manifest: FinishedManifest,
  outputs: Outputs,
  plan: ResizePlan,
  options: ResolvedOptions,
): Detection[] {
  const rows = readRows(manifest, outputs);
  const { scores, labels } = rows;
  const selected = selectedRows(rows, manifest, options);
  selected.sort((a, b) => scores[b]! - scores[a]!);
  selected.splice(options.max);
  const boxes = sourceBoxes(manifest, rows, selected, plan);
  return selected
    .map((row, i) => detectionAt(manifest, boxes, i, labels[row]!, scores[row]!))
    .filter(isInOrder);
}

/**
 * Reads the detections, one per row. The output with the boxes determines the number of rows. All
 * other outputs must have the same number of rows.
 */
function readRows(manifest: FinishedManifest, outputs: Outputs): Rows {
  const names = manifest.outputs;
  const rows = outputs[names.boxes]?.shape.at(-2) ?? 0;
  const shape = names.batched ? [batchOf(manifest), rows] : [rows];
  const count = names.count === null ? rows : readCount(outputs, names.count, rows);
  if (names.labels === null) {
    const data = outputData(outputs, names.boxes, [...shape, 6]);
    const [box, score, label] = names.columns === "label-score-box" ? [2, 1, 0] : [0, 4, 5];
    return {
      boxes: data.filter((_, i) => i % 6 >= box && i % 6 < box + 4),
      scores: data.filter((_, i) => i % 6 === score),
      labels: data.filter((_, i) => i % 6 === label),
      count,
    };
  }
  return {
    ...(names.scores === null ? splitRows(outputData(outputs, names.boxes, [...shape, 5])) : {
      boxes: outputData(outputs, names.boxes, [...shape, 4]),
      scores: outputData(outputs, names.scores, shape),
    }),
    labels: outputData(outputs, names.labels, shape),
    count,
  };
}

/** Splits M rows of box and score, `[M, 5]`, into boxes `[M, 4]` and scores `[M]`. */
function splitRows(data: Float32Array): Pick<Rows, "boxes" | "scores"> {
  return {
    boxes: data.filter((_, i) => i % 5 !== 4),
    scores: data.filter((_, i) => i % 5 === 4),
  };
}

/**
 * Reads the number of valid rows of the first image. This number is the first value of the output
 * `name`, which may have any shape.
 */
function readCount(outputs: Outputs, name: string, rows: number): number {
  const [count = 0] = outputData(outputs, name, outputs[name]?.shape ?? []);
  return Math.max(0, Math.min(rows, count));
}

/**
 * Returns the indices of rows that have a score above the threshold, a requested class and a finite
 * box.
 */
function selectedRows(
  { boxes, scores, labels, count }: Rows,
  { labels: names, postprocess: { scoreTest } }: FinishedManifest,
  options: ResolvedOptions,
): number[] {
  const postprocess = { activation: "none", scoreTest } as const;
  const { passes } = classScales({ labels: names, postprocess }, options);
  const { classIds } = options;
  return Array.from({ length: count }, (_, row) => row).filter((row) => {
    const classId = labels[row]!;
    const isWanted = classId >= 0 && (classIds === null || classIds.has(classId));
    const box = boxes.subarray(row * 4, row * 4 + 4);
    return isWanted && passes(scores[row]!, classId) && box.every(Number.isFinite);
  });
}

/** Returns x1, y1, x2, y2 of the selected boxes, in source pixels. */
function sourceBoxes(
  { outputs }: FinishedManifest,
  { boxes }: Rows,
  selected: readonly number[],
  plan: ResizePlan,
): Float64Array {
  const converted = new Float64Array(selected.length * 4);
  selected.forEach((row, i) => {
    const box = converted.subarray(i * 4, i * 4 + 4);
    box.set(boxes.subarray(row * 4, row * 4 + 4));
    toCorners(box, outputs.corners);
    if (outputs.space === "unit") toPixels(box, plan.input);
  });
  if (outputs.space === "source") clipTo(plan.source, converted);
  else toSource(plan, converted);
  return converted;
}
