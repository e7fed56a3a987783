import type { BoxForm } from "../core/box_coder.ts";
import type { Size } from "../core/size.ts";
import type { Tensor } from "../ports/session.ts";
import { orderedShare, type ProbedOutput } from "./probed_output.ts";

/** Share of rows that must agree with a form. A few boxes of a network may be absurd. */
const MOST = 0.95;

/** Sides by which a box may reach beyond the input, as a share of the side of the input. */
const MARGIN = 0.02;

/** Form of the boxes of a graph, and the strength of the evidence. */
export interface FoundForm {
  /** Form that fits the values best. */
  readonly form: BoxForm;
  /** True if only this form fits the values. False if the form is the likelier of two. */
  readonly isClear: boolean;
}

/**
 * Finds the form of the boxes that a graph with NMS returns, by their values. Such boxes mostly lie
 * inside the input.
 *
 * @param rows Boxes of the test runs. Rows of equal numbers are padding and are ignored.
 * @param area Size of the input in the unit of the boxes.
 * @returns Null if the boxes are corners and nothing shows which axis comes first.
 */
export function finishedForm(rows: readonly Tensor[], area: Size): FoundForm | null {
  const boxes = rows.flatMap(({ data }) => rowsOf(data)).filter(([a, b, c, d]) =>
    !(a === b && b === c && c === d)
  );
  if (boxes.length === 0) return null;
  const share = (test: (box: Box) => boolean) => boxes.filter(test).length / boxes.length;
  if (share(([x1, y1, x2, y2]) => x1 <= x2 && y1 <= y2) > MOST) {
    if (area.width === area.height) return null;
    const [xy, yx] = [area, { width: area.height, height: area.width }].map((limits) =>
      share(([x1, y1, x2, y2]) => isInside([x1, y1, x2, y2], limits))
    );
    if (xy! > MOST === yx! > MOST) return null;
    return { form: xy! > MOST ? "xyxy" : "yxyx", isClear: true };
  }
  if (share(([, , width, height]) => width >= 0 && height >= 0) < MOST) return null;
  const corner = share(([x, y, width, height]) => isInside([x, y, x + width, y + height], area));
  const centre = share(([x, y, width, height]) =>
    isInside([x - width / 2, y - height / 2, x + width / 2, y + height / 2], area)
  );
  return {
    form: corner > centre ? "xywh" : "cxcywh",
    isClear: (corner > MOST) !== (centre > MOST),
  };
}

/**
 * Finds the form of the boxes that a graph without NMS has decoded: one box per anchor, in the
 * order of the cells.
 *
 * The cells of a row follow each other, so x grows along the first rows of the output and y does
 * not. The centres of all boxes lie evenly in the input: their mean is the middle of the input.
 *
 * @param size Size of the input in pixels.
 * @param area Size of the input in the unit of the boxes.
 * @returns Null if the output has deltas, which are differences between boxes and anchors.
 */
export function decodedForm(
  { runs }: ProbedOutput,
  size: Size,
  area: Size,
): BoxForm | null {
  if (runs.every((run) => orderedShare(run) > MOST)) {
    return runs.every((run) => sweepsSecond(run, size, area)) ? "yxyx" : "xyxy";
  }
  const forms = runs.map((run) => sidesForm(rowsOf(run.data), area));
  const [form = null] = forms;
  return forms.every((each) => each === form) ? form : null;
}

type Box = readonly [number, number, number, number];

function isInside([x1, y1, x2, y2]: Box, { width, height }: Size): boolean {
  const [right, bottom] = [width * (1 + MARGIN), height * (1 + MARGIN)];
  return x1 >= -width * MARGIN && y1 >= -height * MARGIN && x2 <= right && y2 <= bottom;
}

/**
 * Returns the form of boxes with sides. Null: a side is negative, or the centres lie neither inside
 * the input nor evenly in it.
 */
function sidesForm(boxes: readonly Box[], area: Size): BoxForm | null {
  if (!boxes.every(([, , width, height]) => width > 0 && height > 0)) return null;
  const shift = (part: number) => {
    const xs = boxes.map(([x, , width]) => (x + width * part) / area.width);
    const ys = boxes.map(([, y, , height]) => (y + height * part) / area.height);
    const isInput = (values: number[]) =>
      values.filter((value) => value >= 0 && value <= 1).length > MOST * values.length &&
      spread(values) > 0.5;
    const isFilled = isInput(xs) && isInput(ys);
    return { isFilled, distance: Math.abs(mean(xs) - 0.5) + Math.abs(mean(ys) - 0.5) };
  };
  const [centre, corner] = [shift(0), shift(0.5)];
  if (!centre.isFilled && !corner.isFilled) return null;
  const isCorner = corner.isFilled && (!centre.isFilled || corner.distance < centre.distance);
  return isCorner ? "xywh" : "cxcywh";
}

/**
 * Returns true if the second coordinate of the boxes grows along the first row of cells, and the
 * first coordinate does not: y comes first.
 */
function sweepsSecond({ data, shape }: Tensor, size: Size, area: Size): boolean {
  const rows = data.length / 4;
  // A row of cells of the finest level has about 0.75 * stride / height of all rows, and no stride
  // is below 4.
  const part = Math.floor(rows * 0.7 * 4 / size.height);
  if (part < 8 || shape.at(-1) !== 4) return false;
  const boxes = rowsOf(data.subarray(0, part * 4));
  const [head, tail] = [boxes.slice(0, part / 4), boxes.slice(-part / 4)];
  const growth = (axis: 0 | 1, side: number) => {
    const centre = (box: Box) => (box[axis] + box[axis === 0 ? 2 : 3]) / 2 / side;
    return mean(tail.map(centre)) - mean(head.map(centre));
  };
  // The sides of the input are unknown before the order of the axes is known.
  const longer = Math.max(area.width, area.height);
  const [first, second] = [growth(0, longer), growth(1, longer)];
  return second > 0.05 && second > 3 * Math.abs(first);
}

function rowsOf(data: Float32Array): Box[] {
  return Array.from(
    { length: Math.floor(data.length / 4) },
    (_, row) =>
      [data[row * 4]!, data[row * 4 + 1]!, data[row * 4 + 2]!, data[row * 4 + 3]!] as const,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the distance between the smallest and the largest value. */
function spread(values: readonly number[]): number {
  const { low, high } = values.reduce(
    (range, value) => ({ low: Math.min(range.low, value), high: Math.max(range.high, value) }),
    { low: Infinity, high: -Infinity },
  );
  return high - low;
}
