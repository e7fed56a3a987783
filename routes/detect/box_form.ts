import type { Size } from "../../src/core/size.ts";
import type { DetectionBox } from "../../src/ports/detector.ts";

/**
 * Forms of a box that a client can choose for the response:
 *
 * - `xyxy`: left, top, right and bottom edge
 * - `xywh`: left and top edge, width, height, as in COCO
 * - `cxcywh`: centre, width, height, as in YOLO
 */
export const BOX_FORMS = ["xyxy", "xywh", "cxcywh"] as const;

/** Form of the boxes in a response. */
export interface BoxForm {
  /** Order of the numbers if each box is also sent as a list. Unset: the response has no lists. */
  readonly boxes?: typeof BOX_FORMS[number] | undefined;
  /**
   * True if box coordinates are fractions (0 to 1) of the width and height of the image, false if
   * they are pixels.
   *
   * @default false
   */
  readonly normalized?: boolean | undefined;
}

/** Box in a response. */
export interface WireBox {
  /** Edges of the box. */
  readonly box: DetectionBox;
  /** The same box as a list. Unset: the client did not ask for a list. */
  readonly bbox?: readonly [number, number, number, number];
}

/**
 * Formats a box for a response. Rounds pixels to 0.01, and fractions of the image size to 6 decimal
 * digits.
 *
 * Computes the list from the rounded edges, so the list and the edges agree.
 */
export function formatBox(box: DetectionBox, image: Size, form: BoxForm = {}): WireBox {
  const { boxes, normalized = false } = form;
  const digits = normalized ? 6 : 2;
  const [width, height] = normalized ? [image.width, image.height] : [1, 1];
  const share = (value: number, side: number) => roundTo(value / side, digits);
  const edges = {
    xmin: share(box.xmin, width),
    ymin: share(box.ymin, height),
    xmax: share(box.xmax, width),
    ymax: share(box.ymax, height),
  };
  return boxes === undefined ? { box: edges } : { box: edges, bbox: listOf(edges, boxes, digits) };
}

function listOf(
  { xmin, ymin, xmax, ymax }: DetectionBox,
  form: typeof BOX_FORMS[number],
  digits: number,
): [number, number, number, number] {
  const [width, height] = [roundTo(xmax - xmin, digits), roundTo(ymax - ymin, digits)];
  // The middle of two rounded edges can need one more decimal digit than the edges.
  const centre = (low: number, high: number) => roundTo((low + high) / 2, digits + 1);
  switch (form) {
    case "xyxy":
      return [xmin, ymin, xmax, ymax];
    case "xywh":
      return [xmin, ymin, width, height];
    case "cxcywh":
      return [centre(xmin, xmax), centre(ymin, ymax), width, height];
  }
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
