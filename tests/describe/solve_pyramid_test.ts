import { assertEquals } from "@std/assert";
import { perCellOf, solvePyramids } from "../../src/describe/solve_pyramid.ts";
import type { Size } from "../../src/core/size.ts";

const P2_P6 = [4, 8, 16, 32, 64];
const P3_P7 = [8, 16, 32, 64, 128];
const OPEN: readonly Size[] = [{ width: 384, height: 256 }, { width: 416, height: 288 }];

/** Counts rows as a graph with these levels returns them. */
function rowsOf(strides: readonly number[], perCell: number, sizes: readonly Size[]) {
  return sizes.map((size) => {
    const cells = strides.map((stride) =>
      Math.ceil(size.width / stride) * Math.ceil(size.height / stride)
    );
    return { size, rows: perCell * cells.reduce((sum, count) => sum + count) };
  });
}

const PYRAMIDS: readonly [strides: readonly number[], perCell: number][] = [
  [P3_P7, 9],
  [P3_P7, 2],
  [P3_P7, 15],
  [P3_P7, 1],
  [P2_P6, 9],
  [P2_P6, 3],
  [[8, 16, 32], 9],
  [[8, 16], 9],
  [[8, 16, 32, 64], 6],
  [[16, 32, 64, 128, 256], 12],
];

for (const [strides, perCell] of PYRAMIDS) {
  Deno.test(`solvePyramids() finds strides ${strides} with ${perCell} anchors at two sizes`, () => {
    assertEquals(solvePyramids(rowsOf(strides, perCell, OPEN)), [{
      strides: [...strides],
      perCell,
    }]);
  });
}

Deno.test("solvePyramids() never takes P2 to P6 for P3 to P7 with 36 anchors per cell", () => {
  const square = [{ width: 512, height: 512 }];
  // 4 · 4 = 16 rows of P2 for each row of P3 and each anchor: 9 becomes 36.
  assertEquals(solvePyramids(rowsOf(P2_P6, 9, square)), [{ strides: P2_P6, perCell: 9 }]);
});

Deno.test("solvePyramids() returns every pyramid that a single size allows", () => {
  const square = [{ width: 512, height: 512 }];
  assertEquals(solvePyramids(rowsOf(P2_P6, 3, square)), [
    { strides: P2_P6, perCell: 3 },
    { strides: P3_P7, perCell: 12 },
  ]);
});

Deno.test("solvePyramids() finds nothing for rows of no pyramid", () => {
  assertEquals(solvePyramids([{ size: { width: 416, height: 288 }, rows: 4217 }]), []);
});

Deno.test("perCellOf() refuses strides that fit one size only", () => {
  const counts = rowsOf(P2_P6, 9, OPEN);
  assertEquals(perCellOf(P2_P6, counts), 9);
  assertEquals(perCellOf(P3_P7, counts.slice(0, 1)), 36);
  assertEquals(perCellOf(P3_P7, counts), null);
});
