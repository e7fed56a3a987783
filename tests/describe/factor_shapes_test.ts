import { assertEquals } from "@std/assert";
import { cellAnchors } from "../../src/core/anchors.ts";
import type { ShapesAnchors, SizesAnchors } from "../../src/describe/anchor_levels.ts";
import { factorLevels, factorShapes } from "../../src/describe/factor_shapes.ts";

const GRID = { centre: 0, strides: "nominal", extent: "edges" } as const;
const PAPER = [32, 64, 128, 256, 512].map((
  size,
) => [size, size * 2 ** (1 / 3), size * 2 ** (2 / 3)]);
const TORCHVISION = PAPER.map((sizes) => sizes.map(Math.floor));

function rule(sizes: readonly number[][], rest: Partial<SizesAnchors>): SizesAnchors {
  return {
    kind: "sizes",
    levels: sizes.map((sizes, i) => ({ stride: 8 << i, sizes })),
    unit: "pixels",
    ratios: [0.5, 1, 2],
    order: "ratio-size",
    rounding: "none",
    ...GRID,
    ...rest,
  };
}

/** Lists the widths and heights of anchors, as a table of a graph stores them: in float32. */
function listed(anchors: SizesAnchors): ShapesAnchors {
  const levels = anchors.levels.map(({ stride }, level) => {
    const corners = Float32Array.from(cellAnchors(anchors, level, stride));
    const shapes = Array.from({ length: corners.length / 4 }, (_, i): [number, number] => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners.subarray(i * 4, i * 4 + 4);
      return [x2 - x1, y2 - y1];
    });
    return { stride, shapes };
  });
  return { kind: "shapes", levels, ...GRID };
}

const RULES: readonly [claim: string, SizesAnchors][] = [
  ["torchvision's, rounded", rule(TORCHVISION, { rounding: "half-even" })],
  ["detectron2's", rule([[32, 40, 50], [64, 80, 100.5]], { order: "size-ratio" })],
  ["ratios of its own", rule(TORCHVISION, { ratios: [0.4, 1, 2.5], rounding: "half-even" })],
  ["two ratios", rule([[16, 24], [32, 48]], { ratios: [1, 3] })],
  ["ratios of thirds", rule([[16, 24], [32, 48]], { ratios: [1 / 3, 3] })],
  ["15 per cell", rule(TORCHVISION, { ratios: [1 / 3, 0.5, 1, 2, 3], rounding: "half-even" })],
  ["one anchor per cell", rule([[32], [64]], { ratios: [1] })],
];

for (const [claim, anchors] of RULES) {
  Deno.test(`factorShapes() finds sizes and ratios: ${claim}`, () => {
    const found = factorShapes(listed(anchors), 3e-4);
    // Several sizes may round to the same corners: 203 and 204 do, in all three ratios.
    assertEquals(found && listed(found), listed(anchors));
    const { ratios, order, rounding } = found ?? anchors;
    assertEquals({ ...anchors, levels: [] }, { ...anchors, levels: [], ratios, order, rounding });
  });
}

Deno.test("factorShapes() computes the sizes of the paper, which are no round numbers", () => {
  const found = factorShapes(listed(rule(PAPER, {})), 3e-4);
  const expected = PAPER.flat();
  const errors = found?.levels.flatMap(({ sizes }) => sizes).map((size, i) => {
    return Math.abs(size - expected[i]!);
  });
  assertEquals(errors?.filter((error) => error > 3e-4), []);
  assertEquals([errors?.length, found?.ratios], [15, [0.5, 1, 2]]);
});

Deno.test("factorShapes() leaves shapes that are no pairs of sizes and ratios", () => {
  const { levels, ...rest } = listed(rule([[16, 24], [32, 48]], { ratios: [1, 3] }));
  const [first, second] = levels;
  const shapes = second!.shapes.with(1, [48, 50]);
  assertEquals(factorShapes({ ...rest, levels: [first!, { stride: 16, shapes }] }, 3e-4), null);
});

Deno.test("factorLevels() takes no result that too few anchors confirm", () => {
  // One anchor of four: 2 ratios of 2 sizes would fit, but so would 4 sizes of one ratio.
  const levels = [{ stride: 8, shapes: [[16, 16], null, null, null] as const }];
  assertEquals(factorLevels(levels, GRID, 0.02), null);
});
