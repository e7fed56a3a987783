import { assertEquals } from "@std/assert";
import type { AnchorLevel } from "../../src/core/anchors.ts";
import { headAt } from "../../src/detect/heads.ts";

const ANCHORS: AnchorLevel = {
  grid: { width: 4, height: 2 },
  perCell: 2,
  covered: { width: 32, height: 16 },
  write() {
    throw new Error("no anchor is asked for");
  },
};
// One decimal digit per index, so that the sum can be read.
const VIEW = {
  data: new Float32Array(0),
  offset: 50000,
  rowStep: 1000,
  columnStep: 100,
  anchorStep: 10,
  channelStep: 1,
  channels: 3,
};

const CASES: readonly (readonly [anchorIndex: number, at: number])[] = [
  [0, 50000],
  [1, 50010], // second anchor of the first cell
  [2, 50100], // 2 anchors per cell, so the second column
  [7, 50310], // 3 · 2 + 1: last anchor of the first row
  [8, 51000], // 4 columns · 2 anchors, so the second row
  [15, 51310],
];

for (const [anchorIndex, at] of CASES) {
  Deno.test(`headAt() finds anchor ${anchorIndex} of a 4x2 grid at ${at}`, () => {
    assertEquals(headAt(VIEW, ANCHORS, anchorIndex), at);
  });
}
