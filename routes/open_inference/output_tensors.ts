import type { Detection } from "../../src/ports/detector.ts";
import { roundDetection } from "../detect/format_result.ts";

/** Outputs that all models have. In a shape, -1 stands for the number of detections. */
export const OUTPUTS = [
  { name: "boxes", datatype: "FP32", shape: [-1, 4] },
  { name: "scores", datatype: "FP32", shape: [-1] },
  { name: "class_ids", datatype: "INT64", shape: [-1] },
  { name: "labels", datatype: "BYTES", shape: [-1] },
  { name: "num_detections", datatype: "INT32", shape: [1] },
] as const;

/** Name of an output. */
export type OutputName = typeof OUTPUTS[number]["name"];

/** Output tensor with its values. */
export interface OutputTensor {
  /** Name of the output. */
  readonly name: OutputName;
  /** Type of the elements. */
  readonly datatype: typeof OUTPUTS[number]["datatype"];
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly data: readonly (number | string)[];
}

/**
 * Creates an output tensor from the detections of one image.
 *
 * @param detections Detections of the image. The output `boxes` has the shape `[detections, 4]`:
 *   left, top, right and bottom edge of each box, in pixels of the upright image.
 */
export function outputTensor(name: OutputName, detections: readonly Detection[]): OutputTensor {
  const { datatype, shape } = OUTPUTS.find((output) => output.name === name)!;
  return {
    name,
    datatype,
    shape: shape.map((side) => side === -1 ? detections.length : side),
    data: valuesOf(name, detections.map(roundDetection)),
  };
}

function valuesOf(name: OutputName, detections: readonly Detection[]): (number | string)[] {
  switch (name) {
    case "boxes":
      return detections.flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]);
    case "scores":
      return detections.map(({ score }) => score);
    case "class_ids":
      return detections.map(({ classId }) => classId);
    case "labels":
      return detections.map(({ label }) => label);
    case "num_detections":
      return [detections.length];
  }
}
