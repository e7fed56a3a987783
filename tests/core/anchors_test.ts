import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  anchorsPerCell,
  cellAnchors,
  type ShapesRule,
  type SizesRule,
} from "../../src/core/anchors.ts";
import { boxesOf, PAPER, TORCHVISION } from "./anchor_rules.ts";

/** Returns the cell anchors of a rule with one level of these sizes. */
function cell(rule: Partial<SizesRule>, sizes: readonly number[], stride = 8): number[][] {
  return boxesOf(cellAnchors({ ...PAPER, ...rule, levels: [{ stride, sizes }] }, 0, stride));
}

Deno.test("cellAnchors() returns the nine shapes of the paper, from 32 to 813 px", () => {
  PAPER.levels.forEach(({ sizes, stride }, level) => {
    const shapes = boxesOf(cellAnchors(PAPER, level, stride));
    assertEquals(shapes.length, 9);
    shapes.forEach(([left, top, right, bottom], i) => {
      const [width, height] = [right - left, bottom - top];
      assertAlmostEquals(width * height, sizes[i % 3]! ** 2, 1e-6);
      assertAlmostEquals(height / width, PAPER.ratios[Math.floor(i / 3)]!, 1e-12);
      assertEquals([left, top], [-right, -bottom]);
    });
  });
  assertEquals(Math.round(PAPER.levels[0]!.sizes[0]!), 32);
  assertEquals(Math.round(PAPER.levels[4]!.sizes[2]!), 813);
});

/** Right and bottom edges of torchvision's anchors at the ratios 0.5 and 1, by size. */
const TORCHVISION_CORNERS: readonly (readonly [
  size: number,
  wide: readonly [number, number],
  square: number,
])[] = [
  [32, [23, 11], 16],
  [40, [28, 14], 20],
  [50, [35, 18], 25],
  [64, [45, 23], 32],
  [80, [57, 28], 40],
  [101, [71, 36], 50], // 50.5 rounds to the even neighbour
  [128, [91, 45], 64],
  [161, [114, 57], 80], // 80.5
  [203, [144, 72], 102], // 101.5
  [256, [181, 91], 128],
  [322, [228, 114], 161],
  [406, [287, 144], 203],
  [512, [362, 181], 256],
  [645, [456, 228], 322], // 322.5
  [812, [574, 287], 406],
];

Deno.test("cellAnchors() returns the 45 shapes of torchvision", () => {
  assertEquals(
    TORCHVISION.levels.flatMap((level) => level.sizes),
    TORCHVISION_CORNERS.map(([size]) => size),
  );
  for (const [size, [x, y], square] of TORCHVISION_CORNERS) {
    assertEquals(cell(TORCHVISION, [size]), [
      [-x, -y, x, y],
      [-square, -square, square, square],
      [-y, -x, y, x],
    ], `size ${size}`);
  }
});

Deno.test("cellAnchors() loops over the first name of the order on the outside", () => {
  // Ratio 4: half as wide and twice as high.
  const [small, tallSmall] = [[-4, -4, 4, 4], [-2, -8, 2, 8]];
  const [large, tallLarge] = [[-8, -8, 8, 8], [-4, -16, 4, 16]];
  assertEquals(cell({ ratios: [1, 4], order: "ratio-size" }, [8, 16]), [
    small,
    large,
    tallSmall,
    tallLarge,
  ]);
  assertEquals(cell({ ratios: [1, 4], order: "size-ratio" }, [8, 16]), [
    small,
    tallSmall,
    large,
    tallLarge,
  ]);
});

Deno.test("cellAnchors() reads sizes as pixels or strides, as the unit says", () => {
  // 4 strides of 16 px are 64 px.
  assertEquals(cell({ ratios: [1], unit: "pixels" }, [4], 16), [[-2, -2, 2, 2]]);
  assertEquals(cell({ ratios: [1], unit: "strides" }, [4], 16), [[-32, -32, 32, 32]]);
});

const LAST_PIXEL: readonly (readonly [
  claim: string,
  rule: Partial<SizesRule>,
  size: number,
  corners: readonly number[],
])[] = [
  // 8 pixels that start at −4 end at pixel 3.
  ["an even side", { ratios: [1] }, 8, [-4, -4, 3, 3]],
  // 4 wide from −2 to 1, 16 high from −8 to 7.
  ["both sides", { ratios: [4] }, 8, [-2, -8, 1, 7]],
  // 5 pixels around 0 start at −2.5 and end at 2.5 − 1.
  ["an odd side", { ratios: [1] }, 5, [-2.5, -2.5, 1.5, 1.5]],
  // −2.5 and 1.5 round to the even neighbours.
  ["a side rounded afterwards", { ratios: [1], rounding: "half-even" }, 5, [-2, -2, 2, 2]],
];

for (const [claim, rule, size, corners] of LAST_PIXEL) {
  Deno.test(`cellAnchors() ends ${claim} at the last pixel if the extent says so`, () => {
    assertEquals(cell({ ...rule, extent: "last-pixel" }, [size]), [corners]);
  });
}

const SHAPES: ShapesRule = {
  kind: "shapes",
  levels: [{ stride: 8, shapes: [[10, 4], [3, 7]] }, { stride: 16, shapes: [[1, 2], [20, 40]] }],
  centre: 0.5,
  strides: "nominal",
  extent: "edges",
};

Deno.test("cellAnchors() centres listed shapes on the origin, in their order", () => {
  assertEquals(boxesOf(cellAnchors(SHAPES, 0, 8)), [[-5, -2, 5, 2], [-1.5, -3.5, 1.5, 3.5]]);
  // Shapes are in pixels, whatever the stride.
  assertEquals(boxesOf(cellAnchors(SHAPES, 1, 99)), [[-0.5, -1, 0.5, 1], [-10, -20, 10, 20]]);
});

Deno.test("cellAnchors() ends listed shapes at the last pixel if the extent says so", () => {
  const rule = { ...SHAPES, extent: "last-pixel" } as const;
  assertEquals(boxesOf(cellAnchors(rule, 0, 8)), [[-5, -2, 4, 1], [-1.5, -3.5, 0.5, 2.5]]);
});

Deno.test("anchorsPerCell() returns ratios times sizes, or the number of shapes", () => {
  const sizes = { ...PAPER, levels: [{ stride: 8, sizes: [1, 2] }] };
  assertEquals(anchorsPerCell(sizes, 0), 6);
  assertEquals(anchorsPerCell(SHAPES, 1), 2);
});
