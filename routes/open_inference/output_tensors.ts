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
 * Creates an output tensor from the detections of each image.
 *
 * If the request has several images, the first dimension of the tensor is the image. The tensor has
 * the same number of detections for each image. Missing detections are filled with zeros, class id
 * -1 and empty labels.
 *
 * @param images Detections of each image. For one image, the output `boxes` has the shape
 *   `[detections, 4]`. The four values are the left, top, right and bottom edge of a box, in pixels
 *   of the upright image.
 */
export function outputTensor(
  name: OutputName,
  images: readonly (readonly Detection[])[],
): OutputTensor {
  const { datatype, shape } = OUTPUTS.find((output) => output.name === name)!;
  if (name === "num_detections") {
    const data = images.map(({ length }) => length);
    return { name, datatype, shape: [images.length], data };
  }
  const most = Math.max(0, ...images.map(({ length }) => length));
  const row = shape.map((side) => side === -1 ? most : side);
  return {
    name,
    datatype,
    shape: images.length === 1 ? row : [images.length, ...row],
    data: images.flatMap((detections) => {
      const values = valuesOf(name, detections.map(roundDetection));
      const missing = (most - detections.length) * (name === "boxes" ? 4 : 1);
      return [...values, ...new Array<number | string>(missing).fill(PADDING[name])];
    }),
  };
}

/**
 * Value of each output for a missing detection. Used if another image of the request has more
 * detections.
 */
const PADDING = { boxes: 0, scores: 0, class_ids: -1, labels: "" } as const;

function valuesOf(
  name: keyof typeof PADDING,
  detections: readonly Detection[],
): (number | string)[] {
  switch (name) {
    case "boxes":
      return detections.flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]);
    case "scores":
      return detections.map(({ score }) => score);
    case "class_ids":
      return detections.map(({ classId }) => classId);
    case "labels":
      return detections.map(({ label }) => label);
  }
}
