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

/** Form of a box in a response. */
export interface BoxForm {
  /** Order of the numbers of a box. Unset: a box is an object with one key for each edge. */
  readonly boxes?: typeof BOX_FORMS[number] | undefined;
  /**
   * True if boxes are measured in shares (0 to 1) of the width and the height of the image. False:
   * in pixels.
   *
   * @default false
   */
  readonly normalized?: boolean | undefined;
}

/** Box in a response. */
export type WireBox = DetectionBox | readonly [number, number, number, number];

/**
 * Formats a box for a response. Rounds pixels to 0.01, and shares to 6 decimal digits.
 *
 * Rounds the edges before computing the size and the centre. Thus all forms of the same box
 * describe exactly the same edges.
 */
export function formatBox(box: DetectionBox, image: Size, form: BoxForm = {}): WireBox {
  const { boxes, normalized = false } = form;
  const digits = normalized ? 6 : 2;
  const [width, height] = normalized ? [image.width, image.height] : [1, 1];
  const share = (value: number, side: number) => roundTo(value / side, digits);
  const [xmin, xmax] = [share(box.xmin, width), share(box.xmax, width)];
  const [ymin, ymax] = [share(box.ymin, height), share(box.ymax, height)];
  const size = [roundTo(xmax - xmin, digits), roundTo(ymax - ymin, digits)] as const;
  switch (boxes) {
    case undefined:
      return { xmin, ymin, xmax, ymax };
    case "xyxy":
      return [xmin, ymin, xmax, ymax];
    case "xywh":
      return [xmin, ymin, ...size];
    case "cxcywh": // The centre may lie half a unit of the last digit beside an edge.
      return [
        roundTo((xmin + xmax) / 2, digits + 1),
        roundTo((ymin + ymax) / 2, digits + 1),
        ...size,
      ];
  }
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
