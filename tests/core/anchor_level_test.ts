import { assertEquals, assertThrows } from "@std/assert";
import {
  type AnchorLevel,
  anchorLevel,
  type AnchorRule,
  cellAnchors,
  levelGrid,
} from "../../src/core/anchors.ts";
import type { Size } from "../../src/core/size.ts";
import { boxesOf, PAPER, TORCHVISION } from "./anchor_rules.ts";

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

function anchorAt(level: AnchorLevel, index: number): Box {
  const out = new Float64Array(4);
  level.write(index, out);
  return [out[0]!, out[1]!, out[2]!, out[3]!];
}

/** Returns the centre of a cell, which is the middle of its anchor `square`. */
function centreOf(level: AnchorLevel, column: number, row: number, square: number): number[] {
  const index = (row * level.grid.width + column) * level.perCell + square;
  const [left, top, right, bottom] = anchorAt(level, index);
  return [(left + right) / 2, (top + bottom) / 2];
}

/** Grids and recomputed strides of a 1088x800 input; test names put the height first, as torch. */
const INPUT: Size = { width: 1088, height: 800 };
const GRIDS = [
  [{ width: 136, height: 100 }, 8, 8],
  [{ width: 68, height: 50 }, 16, 16],
  [{ width: 34, height: 25 }, 32, 32],
  [{ width: 17, height: 13 }, 64, 61], // 800 / 13 = 61.5
  [{ width: 9, height: 7 }, 120, 114], // 1088 / 9 = 120.9, 800 / 7 = 114.3
] as const satisfies readonly (readonly [grid: Size, strideX: number, strideY: number])[];

GRIDS.forEach(([grid, strideX, strideY], i) => {
  const name = `P${i + 3}`;
  const { stride } = PAPER.levels[i]!;

  Deno.test(`levelGrid() returns ${grid.height}x${grid.width} cells for ${name} of 800x1088`, () => {
    assertEquals(levelGrid(stride, INPUT), grid);
  });

  Deno.test(`anchorLevel() recomputes the strides of ${name} of 800x1088 as ${strideY} and ${strideX}`, () => {
    const level = anchorLevel(TORCHVISION, i, INPUT, grid);
    assertEquals(centreOf(level, 0, 0, 3), [0, 0]);
    assertEquals(centreOf(level, 3, 5, 3), [3 * strideX, 5 * strideY]);
    assertEquals(level.covered, { width: grid.width * strideX, height: grid.height * strideY });
  });

  Deno.test(`anchorLevel() keeps the nominal stride of ${name} and starts half a stride in`, () => {
    const level = anchorLevel(PAPER, i, INPUT, grid);
    assertEquals(centreOf(level, 0, 0, 3), [stride / 2, stride / 2]);
    assertEquals(centreOf(level, 3, 5, 3), [3.5 * stride, 5.5 * stride]);
    assertEquals(level.covered, { width: grid.width * stride, height: grid.height * stride });
  });

  Deno.test(`anchorLevel() computes both strides of ${name} from the widths if the rule says so`, () => {
    const rule: AnchorRule = { ...PAPER, strides: "input-width-over-grid" };
    const level = anchorLevel(rule, i, INPUT, grid);
    assertEquals(centreOf(level, 3, 5, 3), [3.5 * strideX, 5.5 * strideX]);
    assertEquals(level.covered, { width: grid.width * strideX, height: grid.height * strideX });
  });
});

Deno.test("anchorLevel() scales sizes by the recomputed stride, not by the declared one", () => {
  // 33 px in 2 cells are 16 px per cell, while 32 px are declared; 3 strides are 48 px.
  const rule: AnchorRule = {
    ...PAPER,
    levels: [{ stride: 32, sizes: [3] }],
    unit: "strides",
    ratios: [1],
    centre: 0,
    strides: "input-width-over-grid",
  };
  const level = anchorLevel(rule, 0, { width: 33, height: 33 }, { width: 2, height: 2 });
  assertEquals(anchorAt(level, 0), [-24, -24, 24, 24]);
  assertEquals(level.covered, { width: 32, height: 32 });
});

Deno.test("levelGrid() and anchorLevel() make 163206 anchors for 800x1088", () => {
  // (100·136 + 50·68 + 25·34 + 13·17 + 7·9) · 9 = 18134 · 9.
  const counts = PAPER.levels.map(({ stride }, i) => {
    const grid = levelGrid(stride, INPUT);
    return grid.width * grid.height * anchorLevel(PAPER, i, INPUT, grid).perCell;
  });
  assertEquals(counts.reduce((sum, count) => sum + count), 163206);
});

Deno.test("anchorLevel() refuses a level that the rule does not have", () => {
  for (const level of [-1, 5, 0.5]) {
    assertThrows(
      () => anchorLevel(PAPER, level, INPUT, { width: 9, height: 7 }),
      RangeError,
      `5 levels: current level is ${level}`,
    );
  }
});

Deno.test("levelGrid() rounds up like a convolution of stride 2", () => {
  assertEquals(levelGrid(32, { width: 33, height: 32 }), { width: 2, height: 1 });
  assertEquals(levelGrid(32, { width: 1, height: 64 }), { width: 1, height: 2 });
});

for (const grid of [{ width: 0, height: 4 }, { width: 4, height: 0 }]) {
  const text = `${grid.width}x${grid.height}`;
  Deno.test(`anchorLevel() refuses a grid of ${text}`, () => {
    assertThrows(() => anchorLevel(PAPER, 0, INPUT, grid), RangeError, text);
  });
}

/** Rules and their strides at P6 of 800x1088. */
const WALKS: readonly (readonly [rule: AnchorRule, strideX: number, strideY: number])[] = [
  [PAPER, 64, 64],
  [TORCHVISION, 64, 61],
  [{ ...TORCHVISION, centre: 0.5 }, 64, 61],
  [{ ...PAPER, extent: "last-pixel" }, 64, 64],
  [
    {
      kind: "shapes",
      levels: PAPER.levels.map(({ stride }) => ({ stride, shapes: [[5, 9], [70, 30]] })),
      centre: 0.25,
      strides: "floor-input-over-grid",
      extent: "edges",
    },
    64,
    61,
  ],
];

Deno.test("anchorLevel() numbers anchors first, then columns, then rows", () => {
  const [grid] = GRIDS[3];
  for (const [rule, strideX, strideY] of WALKS) {
    const anchors = anchorLevel(rule, 3, INPUT, grid);
    const cells = boxesOf(cellAnchors(rule, 3, strideX));
    let index = 0;
    for (let row = 0; row < grid.height; row++) {
      for (let column = 0; column < grid.width; column++) {
        for (const [left, top, right, bottom] of cells) {
          const x = (column + rule.centre) * strideX;
          const y = (row + rule.centre) * strideY;
          assertEquals(anchorAt(anchors, index++), [x + left, y + top, x + right, y + bottom]);
        }
      }
    }
  }
});

Deno.test("anchorLevel() agrees with torchvision on the last anchor of P7", () => {
  const anchors = anchorLevel(TORCHVISION, 4, INPUT, GRIDS[4][0]);
  // Column 8 · 120 = 960, row 6 · 114 = 684; size 812 at ratio 2 is 287 by 574.
  assertEquals(anchorAt(anchors, 9 * 7 * 9 - 1), [960 - 287, 684 - 574, 960 + 287, 684 + 574]);
});
