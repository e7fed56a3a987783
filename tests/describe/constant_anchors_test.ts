import { assertEquals } from "@std/assert";
import { type AnchorLevel, anchorLevel, type ShapesRule } from "../../src/core/anchors.ts";
import { anchorsFromConstants } from "../../src/describe/constant_anchors.ts";

const SIZE = { width: 96, height: 64 };
const PYRAMID = { strides: [8, 16], perCell: 2 };
const RULE = {
  kind: "shapes",
  levels: [
    { stride: 8, shapes: [[20, 30], [30, 20]] },
    { stride: 16, shapes: [[50, 60], [61, 50]] },
  ],
  centre: 0.5,
  strides: "nominal",
  extent: "edges",
} satisfies ShapesRule;

/** Lists the anchors of a level: xyxy. */
function rowsOf(level: AnchorLevel): number[][] {
  const anchor = new Float64Array(4);
  const { grid, perCell } = level;
  return Array.from({ length: grid.width * grid.height * perCell }, (_, index) => {
    level.write(index, anchor);
    return [...anchor];
  });
}

/** Lists the anchors of {@linkcode RULE}: xyxy, finest level first. */
function rows(): number[][] {
  return RULE.levels.flatMap(({ stride }, i) => {
    const grid = { width: SIZE.width / stride, height: SIZE.height / stride };
    return rowsOf(anchorLevel(RULE, i, SIZE, grid));
  });
}

const HINTS = { strides: "floor-input-over-grid", isYFirst: false } as const;

/** Finds the anchors in constants: each is a list of rows, which is one dimension of the shape. */
function read(constants: Readonly<Record<string, readonly number[][]>>, pyramid = PYRAMID) {
  const boxes = Object.entries(constants).map(([name, rows]) => {
    return { name, data: Float32Array.from(rows.flat()), shape: [rows.length, 4] };
  });
  return anchorsFromConstants(boxes, pyramid, SIZE, HINTS);
}

const FORMS: Readonly<Record<string, (box: readonly number[]) => number[]>> = {
  "corners, x first": (box) => [...box],
  "corners, y first": ([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [y1, x1, y2, x2],
  "centre and sides": ([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [
    (x1 + x2) / 2,
    (y1 + y2) / 2,
    x2 - x1,
    y2 - y1,
  ],
  "fractions of the input": ([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [
    x1 / 96,
    y1 / 64,
    x2 / 96,
    y2 / 64,
  ],
};

/** Widths and heights of {@linkcode RULE}, as whole numbers. */
const SHAPES = RULE.levels.map(({ shapes }) => shapes);

/** Rounds the widths and heights of anchors. */
function rounded(anchors: ShapesRule): number[][][] {
  return anchors.levels.map(({ shapes }) => shapes.map((shape) => shape.map(Math.round)));
}

for (const [form, convert] of Object.entries(FORMS)) {
  Deno.test(`anchorsFromConstants() reads anchors as ${form}`, () => {
    const found = read({ anchors: rows().map(convert) });
    if (found === null) throw new Error("the constant is not read");
    assertEquals(found.names, ["anchors"]);
    assertEquals(rounded(found.anchors), SHAPES);
    assertEquals([found.anchors.centre, found.isBase], [0.5, false]);
    // The input size fits both rules for the distance of cells: the family decides.
    assertEquals(found.anchors.strides, HINTS.strides);
  });

  Deno.test(`anchorsFromConstants() reads one table per level as ${form}`, () => {
    const all = rows().map(convert);
    // 12 x 8 cells of 8 pixels with 2 anchors each; the rest belongs to the second level.
    const found = read({ weights: [[1, 2, 3, 4]], p4: all.slice(192), p3: all.slice(0, 192) });
    if (found === null) throw new Error("the constants are not read");
    assertEquals(found.names, ["p3", "p4"]);
    assertEquals(rounded(found.anchors), SHAPES);
  });
}

Deno.test("anchorsFromConstants() reads tables of which all cells of an anchor follow each other", () => {
  const all = rows();
  const byAnchor = (table: readonly number[][]) => [
    ...table.filter((_, i) => i % 2 === 0),
    ...table.filter((_, i) => i % 2 === 1),
  ];
  const found = read({ p3: byAnchor(all.slice(0, 192)), p4: byAnchor(all.slice(192)) });
  assertEquals(found && rounded(found.anchors), SHAPES);
});

Deno.test("anchorsFromConstants() reads tables that were written for another input size", () => {
  const other = { width: 128, height: 32 };
  const tables = RULE.levels.map(({ stride }, i) => {
    const grid = { width: other.width / stride, height: other.height / stride };
    return rowsOf(anchorLevel(RULE, i, other, grid));
  });
  const found = read({ p3: tables[0]!, p4: tables[1]! });
  assertEquals(found && rounded(found.anchors), SHAPES);
  assertEquals(found?.anchors.strides, HINTS.strides);
});

Deno.test("anchorsFromConstants() refuses constants with one row that does not follow", () => {
  const wrong = rows();
  wrong[100]![2]! += 1;
  assertEquals(read({ anchors: wrong }), null);
  assertEquals(read({ p3: wrong.slice(0, 192), p4: wrong.slice(192) }), null);
  assertEquals(read({ p3: rows().slice(0, 192) }), null);
});

/** Anchors of one cell around the point (x, y). */
function cell(shapes: readonly (readonly number[])[], x: number, y = x): number[][] {
  return shapes.map(([w = 0, h = 0]) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2]);
}

Deno.test("anchorsFromConstants() reads the anchors of one cell per level, in any order", () => {
  const [p3, p4] = [cell(SHAPES[0]!, 4), cell(SHAPES[1]!, 8)];
  const found = read({ b: p4, a: p3 });
  assertEquals(found?.names, ["a", "b"]);
  assertEquals(found && rounded(found.anchors), SHAPES);
  assertEquals([found?.anchors.centre, found?.isBase], [0.5, true]);
  assertEquals(found?.anchors.strides, "floor-input-over-grid"); // as the family does
  // Centre and sides: 0, 0, width, height.
  const sides = (level: 0 | 1) => SHAPES[level]!.map(([w = 0, h = 0]) => [0, 0, w, h]);
  const centred = read({ p3: sides(0), p4: sides(1) });
  assertEquals(centred && rounded(centred.anchors), SHAPES);
  assertEquals(centred?.anchors.centre, 0);
});

Deno.test("anchorsFromConstants() reads one constant with a cell of each level", () => {
  const data = Float32Array.from([cell(SHAPES[0]!, 0), cell(SHAPES[1]!, 0)].flat(2));
  const constant = { name: "cells", data, shape: [2, 2, 4] };
  const found = anchorsFromConstants([constant], PYRAMID, SIZE, HINTS);
  assertEquals(found && rounded(found.anchors), SHAPES);
});

Deno.test("anchorsFromConstants() takes y first for cells of a family whose deltas begin with y", () => {
  const turned = (level: 0 | 1) => cell(SHAPES[level]!, 0).map(([a, b, c, d]) => [b!, a!, d!, c!]);
  const boxes = [turned(0), turned(1)].map((rows, i) => {
    return { name: `p${i}`, data: Float32Array.from(rows.flat()), shape: [2, 4] };
  });
  const found = anchorsFromConstants(boxes, PYRAMID, SIZE, { ...HINTS, isYFirst: true });
  assertEquals(found && rounded(found.anchors), SHAPES);
});

const NO_CELLS: readonly [claim: string, Readonly<Record<string, readonly number[][]>>][] = [
  ["a level without cells", { p3: cell(SHAPES[0]!, 0) }],
  ["more constants than levels", {
    p3: cell(SHAPES[0]!, 0),
    p4: cell(SHAPES[1]!, 0),
    p5: cell([[90, 90], [99, 99]], 0),
  }],
  ["centres outside the cell", { p3: cell(SHAPES[0]!, 50), p4: cell(SHAPES[1]!, 50) }],
  ["centres that differ", { p3: cell(SHAPES[0]!, 4), p4: cell(SHAPES[1]!, 2) }],
  ["two levels of one size", { p3: cell(SHAPES[0]!, 0), p4: cell(SHAPES[0]!, 0) }],
  ["numbers that are no boxes", { p3: [[1, 2, -3, 4], [0, 0, 1, 1]], p4: cell(SHAPES[1]!, 0) }],
];

for (const [claim, constants] of NO_CELLS) {
  Deno.test(`anchorsFromConstants() reads no cells from ${claim}`, () => {
    assertEquals(read(constants), null);
  });
}
