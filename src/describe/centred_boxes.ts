import type { Size } from "../core/size.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Share of box centres that must lie inside the input. If the share is smaller, the output has no
 * boxes.
 */
const MOST = 0.95;

/**
 * Returns true if an output contains boxes as centre, width and height. Returns false for deltas,
 * which are differences between boxes and anchors.
 *
 * Boxes have positive widths and heights. Nearly all box centres lie inside the input, and the
 * centres spread over more than half of the input. In contrast, deltas are positive and negative
 * numbers near 0.
 *
 * @param area Size of the input in the unit of the boxes.
 */
export function holdsCentredBoxes({ runs }: ProbedOutput, area: Size): boolean {
  return runs.every(({ data }) => {
    const count = data.length / 4;
    const column = (i: number) => data.filter((_, at) => at % 4 === i);
    const [x, y, width, height] = [column(0), column(1), column(2), column(3)];
    const share = (values: Float32Array, most: number) =>
      values.filter((value) => value >= 0 && value <= most).length / count;
    const arePositive = [width, height].every((sides) => sides.every((side) => side > 0));
    const areInside = share(x, area.width) > MOST && share(y, area.height) > MOST;
    return arePositive && areInside && spread(x) > area.width / 2 && spread(y) > area.height / 2;
  });
}

/** Returns the distance between the smallest and the largest value. */
function spread(values: Float32Array): number {
  const { low, high } = values.reduce(
    (range, value) => ({ low: Math.min(range.low, value), high: Math.max(range.high, value) }),
    { low: Infinity, high: -Infinity },
  );
  return high - low;
}
