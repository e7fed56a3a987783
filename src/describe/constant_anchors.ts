import { anchorLevel, type ShapesRule } from "../core/anchors.ts";
import type { JoinedFacts } from "./graph_facts.ts";
import type { BoxConstant } from "./graph_hints.ts";
import { isUnit } from "./probed_output.ts";
import type { Pyramid } from "./solve_pyramid.ts";

/**
 * Maximum difference between the edge of a computed anchor and the same edge in a constant of the
 * graph, in input pixels.
 */
const TOLERANCE = 0.01;

/** Possible orders of the four numbers of an anchor: x first or y first. */
const CORNERS = [[0, 1, 2, 3], [1, 0, 3, 2]] as const;

/**
 * Finds the anchor rule of a graph that contains a constant with all anchors, one per row.
 *
 * Makes a rule from the anchors in the first cell of each level. Accepts the rule only if it
 * computes all anchors of the constant.
 *
 * @returns Name of the constant, and the rule. Null if no constant contains all anchors of the
 *   graph.
 */
export function anchorsFromConstant(
  { counts: [{ size }], boxConstants }: JoinedFacts,
  pyramid: Pyramid,
): { name: string; anchors: ShapesRule & { levels: ShapesLevel[] } } | null {
  for (const { name, data } of boxConstants) {
    for (const pixels of readings({ name, data }, size)) {
      const nominal = ruleOf(pixels, pyramid, size);
      if (nominal === null) continue;
      const rules = [nominal, { ...nominal, strides: "floor-input-over-grid" as const }];
      const anchors = rules.find((rule) => follows(pixels, rule, size));
      if (anchors !== undefined) return { name, anchors };
    }
  }
  return null;
}

type Size = JoinedFacts["counts"][0]["size"];
/**
 * Level of a feature pyramid: its stride, and `[width, height]` of each anchor in a cell. All
 * lengths are in input pixels.
 */
export type ShapesLevel = { stride: number; shapes: [number, number][] };

/**
 * Converts the numbers of a constant to x1, y1, x2, y2 in input pixels. It is unknown if the
 * numbers are corners, or centre and sides, and if x or y comes first. The result has one array for
 * each possible form.
 */
function readings({ data }: BoxConstant, { width, height }: Size): Float32Array[] {
  const isFraction = isUnit({ runs: [{ data, shape: [data.length / 4, 4] }] });
  const [x, y] = isFraction ? [width, height] : [1, 1];
  const scaled = CORNERS.map((order) =>
    data.map((_, i) => data[i - i % 4 + order[i % 4]!]! * (i % 2 === 0 ? x : y))
  );
  const centred = scaled.map((boxes) =>
    boxes.map((_, i) => {
      const [row, axis] = [i - i % 4, i % 2];
      const half = boxes[row + 2 + axis]! / 2;
      return boxes[row + axis]! + (i % 4 < 2 ? -half : half);
    })
  );
  return [...scaled, ...centred];
}

/**
 * Builds the anchor rule from the first cell of each level. Returns null if the numbers cannot be
 * anchors.
 */
function ruleOf(
  pixels: Float32Array,
  { strides, perCell }: Pyramid,
  size: Size,
): ShapesRule & { levels: ShapesLevel[] } | null {
  let row = 0;
  const levels: ShapesLevel[] = [];
  const centres: number[] = [];
  for (const stride of strides) {
    const shapes = Array.from({ length: perCell }, (_, i): [number, number] => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = pixels.subarray((row + i) * 4, (row + i) * 4 + 4);
      centres.push((x1 + x2) / 2 / stride, (y1 + y2) / 2 / stride);
      return [x2 - x1, y2 - y1];
    });
    if (!shapes.flat().every((side) => side > 0)) return null;
    levels.push({ stride, shapes });
    row += Math.ceil(size.width / stride) * Math.ceil(size.height / stride) * perCell;
  }
  const [first = 0] = centres;
  const centre = Math.round(first * 1000) / 1000;
  if (!(centre >= 0 && centre <= 1)) return null;
  return { kind: "shapes", levels, centre, strides: "nominal", extent: "edges" };
}

/** Returns true if the rule computes the same anchors as a constant of the graph. */
function follows(pixels: Float32Array, rule: ShapesRule, size: Size): boolean {
  const anchor = new Float64Array(4);
  let row = 0;
  for (const [i, { stride }] of rule.levels.entries()) {
    const grid = {
      width: Math.ceil(size.width / stride),
      height: Math.ceil(size.height / stride),
    };
    const level = anchorLevel(rule, i, size, grid);
    const count = grid.width * grid.height * level.perCell;
    for (let index = 0; index < count; index++, row++) {
      level.write(index, anchor);
      for (let edge = 0; edge < 4; edge++) {
        if (!(Math.abs(anchor[edge]! - pixels[row * 4 + edge]!) < TOLERANCE)) return false;
      }
    }
  }
  return true;
}
