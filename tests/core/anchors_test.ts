import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  anchorLevel,
  type AnchorRule,
  cellAnchors,
  levelGrid,
  writeAnchor,
} from "../../src/core/anchors.ts";
import type { Size } from "../../src/core/size.ts";

const STRIDES = [8, 16, 32, 64, 128];
/** The sizes of the paper: 4 strides, times 2^0, 2^(1/3) and 2^(2/3). */
const PAPER: AnchorRule = {
  levels: STRIDES.map((stride) => ({
    stride,
    sizes: [0, 1, 2].map((octave) => 4 * stride * 2 ** (octave / 3)),
  })),
  ratios: [0.5, 1, 2],
  order: "ratio-size",
  rounding: "none",
  centre: 0.5,
  strides: "nominal",
};
/** torchvision cuts the sizes to whole numbers, rounds corners and starts at the corner. */
const TORCHVISION: AnchorRule = {
  ...PAPER,
  levels: PAPER.levels.map(({ stride, sizes }) => ({ stride, sizes: sizes.map(Math.floor) })),
  rounding: "half-even",
  centre: 0,
  strides: "floor-input-over-grid",
};

function boxesOf(flat: Float64Array): number[][] {
  return Array.from({ length: flat.length / 4 }, (_, i) => [...flat.slice(i * 4, i * 4 + 4)]);
}

Deno.test("cellAnchors() gives the paper's nine shapes: every area and ratio, from 32 to 813 px", () => {
  for (const { sizes } of PAPER.levels) {
    const shapes = boxesOf(cellAnchors(PAPER, sizes));
    assertEquals(shapes.length, 9);
    shapes.forEach(([left, top, right, bottom], i) => {
      const [width, height] = [right - left, bottom - top];
      assertAlmostEquals(width * height, sizes[i % 3] ** 2, 1e-6);
      assertAlmostEquals(height / width, PAPER.ratios[Math.floor(i / 3)], 1e-12);
      assertEquals([left, top], [-right, -bottom]);
    });
  }
  assertEquals(Math.round(PAPER.levels[0].sizes[0]), 32);
  assertEquals(Math.round(PAPER.levels[4].sizes[2]), 813);
});

/** Right and bottom corners of torchvision's anchors at ratio 0.5 and at 1, by size. */
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
  [101, [71, 36], 50], // 50.5, to the even neighbour
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

Deno.test("cellAnchors() gives torchvision's 45 shapes", () => {
  assertEquals(
    TORCHVISION.levels.flatMap((level) => level.sizes),
    TORCHVISION_CORNERS.map(([size]) => size),
  );
  for (const [size, [x, y], square] of TORCHVISION_CORNERS) {
    assertEquals(boxesOf(cellAnchors(TORCHVISION, [size])), [
      [-x, -y, x, y],
      [-square, -square, square, square],
      [-y, -x, y, x],
    ], `size ${size}`);
  }
});

Deno.test("cellAnchors() varies slowest what the order names first", () => {
  const rule = { ratios: [1, 4], rounding: "none" } as const;
  // Ratio 4: half as wide and twice as high.
  const [small, tallSmall] = [[-4, -4, 4, 4], [-2, -8, 2, 8]];
  const [large, tallLarge] = [[-8, -8, 8, 8], [-4, -16, 4, 16]];
  assertEquals(boxesOf(cellAnchors({ ...rule, order: "ratio-size" }, [8, 16])), [
    small,
    large,
    tallSmall,
    tallLarge,
  ]);
  assertEquals(boxesOf(cellAnchors({ ...rule, order: "size-ratio" }, [8, 16])), [
    small,
    tallSmall,
    large,
    tallLarge,
  ]);
});

/** Grids and recovered strides of an 800x1088 input (height first in the name, as in torch). */
const INPUT: Size = { width: 1088, height: 800 };
const LEVELS: readonly (readonly [grid: Size, strideX: number, strideY: number])[] = [
  [{ width: 136, height: 100 }, 8, 8],
  [{ width: 68, height: 50 }, 16, 16],
  [{ width: 34, height: 25 }, 32, 32],
  [{ width: 17, height: 13 }, 64, 61], // 800 / 13 = 61.5
  [{ width: 9, height: 7 }, 120, 114], // 1088 / 9 = 120.9, 800 / 7 = 114.3
];

LEVELS.forEach(([grid, strideX, strideY], i) => {
  const name = `P${i + 3}`;

  Deno.test(`levelGrid() gives ${name} of 800x1088 ${grid.height}x${grid.width} cells`, () => {
    assertEquals(levelGrid(PAPER.levels[i], INPUT), grid);
  });

  Deno.test(`anchorLevel() recovers ${name}'s strides of 800x1088 as ${strideY} and ${strideX}`, () => {
    const level = anchorLevel(TORCHVISION, TORCHVISION.levels[i], INPUT, grid);
    assertEquals([level.strideX, level.strideY], [strideX, strideY]);
    assertEquals([level.originX, level.originY], [0, 0]);
  });

  Deno.test(`anchorLevel() keeps ${name}'s nominal stride and starts half a stride in`, () => {
    const level = anchorLevel(PAPER, PAPER.levels[i], INPUT, grid);
    assertEquals([level.strideX, level.strideY], [STRIDES[i], STRIDES[i]]);
    assertEquals([level.originX, level.originY], [STRIDES[i] / 2, STRIDES[i] / 2]);
  });
});

Deno.test("levelGrid() and cellAnchors() make 163206 anchors for 800x1088", () => {
  // (100·136 + 50·68 + 25·34 + 13·17 + 7·9) · 9 = 18134 · 9.
  const counts = PAPER.levels.map((level) => {
    const grid = levelGrid(level, INPUT);
    return grid.width * grid.height * anchorLevel(PAPER, level, INPUT, grid).perCell;
  });
  assertEquals(counts.reduce((sum, count) => sum + count), 163206);
});

Deno.test("levelGrid() rounds up, as a convolution of stride 2 does", () => {
  const level = { stride: 32, sizes: [1] };
  assertEquals(levelGrid(level, { width: 33, height: 32 }), { width: 2, height: 1 });
  assertEquals(levelGrid(level, { width: 1, height: 64 }), { width: 1, height: 2 });
});

for (const grid of [{ width: 0, height: 4 }, { width: 4, height: 0 }]) {
  const text = `${grid.width}x${grid.height}`;
  Deno.test(`anchorLevel() refuses a grid of ${text}`, () => {
    assertThrows(() => anchorLevel(PAPER, PAPER.levels[0], INPUT, grid), RangeError, text);
  });
}

/** Strides that differ by axis, and centres that are not at 0. */
const CENTRED: AnchorRule = { ...TORCHVISION, centre: 0.5 };

Deno.test("writeAnchor() walks anchors, then columns, then rows", () => {
  for (const rule of [PAPER, TORCHVISION, CENTRED]) {
    const [level, grid] = [rule.levels[3], LEVELS[3][0]];
    const anchors = anchorLevel(rule, level, INPUT, grid);
    const cells = boxesOf(anchors.cellAnchors);
    const out = new Float64Array(4);
    let index = 0;
    for (let row = 0; row < grid.height; row++) {
      for (let column = 0; column < grid.width; column++) {
        for (const [left, top, right, bottom] of cells) {
          const x = (column + rule.centre) * anchors.strideX;
          const y = (row + rule.centre) * anchors.strideY;
          writeAnchor(anchors, index++, out);
          assertEquals([...out], [x + left, y + top, x + right, y + bottom]);
        }
      }
    }
  }
});

Deno.test("writeAnchor() lays torchvision's last anchor of P7 where torchvision lays it", () => {
  const anchors = anchorLevel(TORCHVISION, TORCHVISION.levels[4], INPUT, LEVELS[4][0]);
  const out = new Float64Array(4);
  writeAnchor(anchors, 9 * 7 * 9 - 1, out);
  // Column 8 · 120 = 960, row 6 · 114 = 684; size 812 at ratio 2 is 287 by 574.
  assertEquals([...out], [960 - 287, 684 - 574, 960 + 287, 684 + 574]);
});
