import { assertEquals } from "@std/assert";
import { planViews, type ViewOptions } from "../../src/core/plan_views.ts";
import { parseTiles, type Tiling } from "../../src/core/tile_options.ts";
import { assertDomainError } from "../testing.ts";

const RULES: ViewOptions = {
  resize: { kind: "fit", width: 320, height: 320, rounding: "half-up", factor: "per-side" },
  pad: { kind: "multiple", of: 32 },
  maxTiles: 16,
};
const SOURCE = { width: 1280, height: 960 };

function plan(tiles: string, changes: Partial<Tiling> = {}, rules: Partial<ViewOptions> = {}) {
  const grid = parseTiles(tiles);
  if (grid === null) throw new TypeError(tiles);
  return planViews(SOURCE, { grid, overlap: 0, whole: true, ...changes }, { ...RULES, ...rules });
}

Deno.test("planViews() puts the whole image before the tiles", () => {
  const { windows, tile } = plan("2x1");
  assertEquals(windows, [
    { left: 0, top: 0, width: 1280, height: 960 },
    { left: 0, top: 0, width: 640, height: 960 },
    { left: 640, top: 0, width: 640, height: 960 },
  ]);
  assertEquals(tile, { width: 640, height: 960 });
});

Deno.test("planViews() leaves the whole image out if the tiling says so", () => {
  assertEquals(plan("2x1", { whole: false }).windows.length, 2);
});

Deno.test("planViews() has a single view for a single tile", () => {
  for (const whole of [true, false]) {
    assertEquals(plan("1x1", { whole }).windows, [{ left: 0, top: 0, ...SOURCE }]);
  }
});

Deno.test("planViews() refuses more tiles than allowed, and shows limit and value", () => {
  assertEquals(plan("4x4").windows.length, 17);
  assertDomainError(
    () => plan("17x1"),
    "too-many-tiles",
    "at most 16 tiles: current value is 17 (17x1)",
  );
  assertDomainError(() => plan("9999x9999"), "too-many-tiles", "99980001");
  assertDomainError(() => plan("2x1", {}, { maxTiles: 1 }), "too-many-tiles", "at most 1 tiles");
});

Deno.test("planViews() chooses an automatic grid within the limit", () => {
  // 4x3 tiles of 320x320 show every pixel.
  assertEquals(plan("auto").grid, { columns: 4, rows: 3 });
  // Tiles of 640x480 show 320 / 640 of the detail, tiles of 320x960 only 320 / 960.
  assertEquals(plan("auto", {}, { maxTiles: 4 }).grid, { columns: 2, rows: 2 });
  assertEquals(plan("auto", {}, { maxTiles: 1 }).windows.length, 1);
});

Deno.test("planViews() divides no image for a model that resizes nothing", () => {
  const rules = { resize: { kind: "none" }, pad: { kind: "none" } } as const;
  assertEquals(plan("auto", {}, rules).grid, { columns: 1, rows: 1 });
});
