import { assertEquals } from "@std/assert";
import { anchorLevel, type ShapesRule } from "../../src/core/anchors.ts";
import { anchorsFromConstant } from "../../src/describe/constant_anchors.ts";
import type { JoinedFacts } from "../../src/describe/graph_facts.ts";

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

/** Lists the anchors of {@linkcode RULE}: xyxy, finest level first. */
function rows(): number[][] {
  const anchor = new Float64Array(4);
  return RULE.levels.flatMap(({ stride }, i) => {
    const grid = { width: SIZE.width / stride, height: SIZE.height / stride };
    const level = anchorLevel(RULE, i, SIZE, grid);
    return Array.from({ length: grid.width * grid.height * 2 }, (_, index) => {
      level.write(index, anchor);
      return [...anchor];
    });
  });
}

function factsWith(boxes: readonly number[][]): JoinedFacts {
  return {
    kind: "joined",
    scores: "scores",
    deltas: "deltas",
    anchors: null,
    space: "input",
    decoded: false,
    form: "xyxy",
    counts: [{ size: SIZE, rows: boxes.length }],
    classes: 3,
    evidence: "channels",
    transposed: false,
    packed: null,
    boxConstants: [{ name: "anchors", data: Float32Array.from(boxes.flat()) }],
  };
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

for (const [form, convert] of Object.entries(FORMS)) {
  Deno.test(`anchorsFromConstant() reads anchors as ${form}`, () => {
    const found = anchorsFromConstant(factsWith(rows().map(convert)), PYRAMID);
    if (found === null) throw new Error("the constant is not read");
    assertEquals(found.name, "anchors");
    const round = (shapes: readonly (readonly number[])[]) => shapes.map((s) => s.map(Math.round));
    assertEquals(
      found.anchors.levels.map(({ shapes }) => round(shapes)),
      RULE.levels.map(({ shapes }) => round(shapes)),
    );
    assertEquals(found.anchors.centre, 0.5);
  });
}

Deno.test("anchorsFromConstant() refuses a constant with one row that does not follow", () => {
  const wrong = rows();
  wrong[100]![2]! += 1;
  assertEquals(anchorsFromConstant(factsWith(wrong), PYRAMID), null);
});
