import { assertEquals } from "@std/assert";
import { createResizePlan, sourceArea, toSource } from "../../src/core/resize_plan.ts";
import { cropWindow, letterboxWindow, type SourceWindow } from "../../src/core/source_window.ts";

type Sides = readonly [width: number, height: number];
type Case = readonly [source: Sides, target: Sides, window: readonly number[]];

const sizeOf = ([width, height]: Sides) => ({ width, height });
const partsOf = ({ left, top, width, height }: SourceWindow) => [left, top, width, height];

const CROPS: readonly Case[] = [
  [[100, 50], [10, 10], [25, 0, 50, 50]],
  [[50, 101], [10, 10], [0, 25, 50, 50]], // (101 - 50) / 2 = 25.5, rounded down
  [[101, 67], [30, 20], [0, 0, 100, 67]], // 67 · 30 / 20 = 100.5; (101 - 100) / 2 = 0.5
  [[64, 48], [64, 48], [0, 0, 64, 48]],
  [[1000, 1], [1, 1000], [499, 0, 1, 1]], // 1 · 1 / 1000 columns: at least one is left
];

for (const [source, target, window] of CROPS) {
  Deno.test(`cropWindow() of ${source.join("x")} to ${target.join("x")}`, () => {
    assertEquals(partsOf(cropWindow(sizeOf(source), sizeOf(target))), [...window]);
  });
}

const LETTERBOXES: readonly Case[] = [
  [[100, 50], [10, 10], [0, -25, 100, 100]],
  [[50, 101], [10, 10], [-25, 0, 100, 101]], // 51 columns are missing, 25 on each side
  [[64, 48], [64, 48], [0, 0, 64, 48]],
];

for (const [source, target, window] of LETTERBOXES) {
  Deno.test(`letterboxWindow() of ${source.join("x")} to ${target.join("x")}`, () => {
    assertEquals(partsOf(letterboxWindow(sizeOf(source), sizeOf(target))), [...window]);
  });
}

Deno.test("toSource() maps boxes from a window to the whole source, and clips them to it", () => {
  const size = { width: 10, height: 10 };
  for (const kind of ["crop", "letterbox"] as const) {
    const plan = createResizePlan({ width: 100, height: 50 }, { kind, ...size }, { kind: "none" });
    const boxes = Float64Array.of(0, 0, 10, 10, 2, 3, 4, 5);
    toSource(plan, boxes);
    const [crop, letterbox] = [
      [25, 0, 75, 50, 35, 15, 45, 25], // 5 source pixels per input pixel, and 25 are cut off
      [0, 0, 100, 50, 20, 5, 40, 25], // 10 source pixels per input pixel, and 25 are added
    ];
    assertEquals([...boxes], kind === "crop" ? crop : letterbox);
    const [left, top] = kind === "crop" ? [-5, 0] : [0, 2.5];
    const [width, height] = kind === "crop" ? [20, 10] : [10, 5];
    assertEquals(sourceArea(plan), { left, top, width, height });
  }
});
