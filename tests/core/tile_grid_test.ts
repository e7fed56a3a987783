import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { autoGrid, parseGrid, planTiles } from "../../src/core/tile_grid.ts";
import type { Size } from "../../src/core/size.ts";
import { between, seededRandom, wholeBetween } from "../random.ts";

const GRIDS: readonly (readonly [text: string, grid: [columns: number, rows: number] | null])[] = [
  ["1x1", [1, 1]],
  ["4x3", [4, 3]],
  ["9999x1", [9999, 1]],
  ...["", "4", "4x", "x3", "0x3", "4x0", "-4x3", "4x-3", "+4x3", "04x3", "4.5x3", "4x3x2"].map(
    (text) => [text, null] as const,
  ),
  ...["4X3", "4 x 3", " 4x3", "4x3 ", "4x3\n", "4×3", "1e2x1", "10000x1", "٤x3", "auto"].map(
    (text) => [text, null] as const,
  ),
];

for (const [text, grid] of GRIDS) {
  Deno.test(`parseGrid() reads ${JSON.stringify(text)} as ${grid?.join("x") ?? "no grid"}`, () => {
    assertEquals(parseGrid(text), grid && { columns: grid[0], rows: grid[1] });
  });
}

/** Tiles along one axis: length, count, overlap, and the size and the starts of the tiles. */
const AXES: readonly (readonly [number, number, number, size: number, starts: number[]])[] = [
  // One tile is the whole axis, whatever the overlap is.
  [100, 1, 0.5, 100, [0]],
  // 100 / 2.
  [100, 2, 0, 50, [0, 50]],
  // 100 + 100 - 20 = 180.
  [180, 2, 0.2, 100, [0, 80]],
  // 100 / (3 - 2 · 0.5) = 50, in steps of 25.
  [100, 3, 0.5, 50, [0, 25, 50]],
  // 10 / 4 = 2.5. Tiles of 3 in steps of 7 / 3, rounded down.
  [10, 4, 0, 3, [0, 2, 4, 7]],
  // 101 / 1.8 = 56.1. Tiles of 57 leave a step of 44 and share 13, but need 11.4.
  [101, 2, 0.2, 57, [0, 44]],
  // Fewer pixels than tiles: one tile for each pixel.
  [3, 8, 0, 1, [0, 1, 2]],
  [1, 8, 0.5, 1, [0]],
  // Three tiles of 2 pixels on 3 pixels have only two places.
  [3, 3, 0.5, 2, [0, 1]],
];

for (const [length, count, overlap, size, starts] of AXES) {
  Deno.test(`planTiles() covers ${length} pixels with ${count} tiles that share ${overlap}`, () => {
    const across = planTiles({ width: length, height: 7 }, { columns: count, rows: 1 }, overlap);
    const whole = { top: 0, width: size, height: 7 };
    assertEquals(across, starts.map((left) => ({ ...whole, left })));
    const down = planTiles({ width: 7, height: length }, { columns: 1, rows: count }, overlap);
    assertEquals(down.map(({ top }) => top), starts);
  });
}

Deno.test("planTiles() lists tiles row by row", () => {
  const tiles = planTiles({ width: 20, height: 10 }, { columns: 2, rows: 2 }, 0);
  assertEquals(tiles.map(({ left, top }) => [left, top]), [[0, 0], [10, 0], [0, 5], [10, 5]]);
});

Deno.test("planTiles() covers every pixel, and neighbours share the overlap", () => {
  const random = seededRandom(1);
  for (let round = 0; round < 2000; round++) {
    const length = wholeBetween(random, 1, 3000);
    const count = wholeBetween(random, 1, 20);
    const overlap = round % 10 === 0 ? 0 : between(random, 0, 0.5);
    const tiles = planTiles({ width: length, height: 1 }, { columns: count, rows: 1 }, overlap);
    const text = `${length} pixels, ${count} tiles, overlap ${overlap}`;
    assertLessOrEqual(tiles.length, count, text);
    assertEquals(tiles[0]!.left, 0, text);
    assertEquals(tiles.at(-1)!.left + tiles.at(-1)!.width, length, text);
    for (const [i, { left, width }] of tiles.slice(0, -1).entries()) {
      const next = tiles[i + 1]!;
      assert(next.left > left, text);
      assertEquals(next.width, width, text);
      assertGreaterOrEqual(left + width - next.left, overlap * width, text);
    }
    // Whole pixels cost at most a few pixels per tile.
    const ideal = length / (count - (count - 1) * overlap);
    assertLessOrEqual(tiles[0]!.width, Math.max(ideal + 4, 1), text);
  }
});

/** Returns the scale of a model that fits an image into a square. */
function fitting(side: number) {
  return ({ width, height }: Size) => Math.min(side / width, side / height);
}

const AUTO: readonly (readonly [
  source: [width: number, height: number],
  side: number,
  maxTiles: number,
  overlap: number,
  grid: string,
])[] = [
  // The model already sees every pixel.
  [[320, 240], 320, 16, 0.2, "1x1"],
  [[100, 100], 320, 16, 0.2, "1x1"],
  // Two tiles of 320x320 are enough.
  [[640, 320], 320, 16, 0, "2x1"],
  [[320, 640], 320, 16, 0, "1x2"],
  // The model sees 320 / 321 of the detail.
  [[321, 100], 320, 16, 0, "1x1"],
  // Tiles of 640x640 and of 480x640 have the same scale, so the fewer tiles are taken.
  [[1920, 1280], 320, 6, 0, "3x2"],
  [[1920, 1280], 320, 8, 0, "3x2"],
  // 24 tiles show every pixel. Of at most 16, 5x3 tiles of 384x427 show 320 / 427 of the detail,
  // 4x4 tiles of 480x320 only 320 / 480.
  [[1920, 1280], 320, 24, 0, "6x4"],
  // Tiles of 325x320 show 98% of the detail with two tiles, three tiles all of it.
  [[650, 320], 320, 16, 0, "2x1"],
  // Tiles of 345x320 show only 93%.
  [[690, 320], 320, 16, 0, "3x1"],
  [[1920, 1280], 320, 16, 0, "5x3"],
  // A panorama is divided along its long side.
  [[8000, 500], 500, 16, 0, "16x1"],
  // One tile is all that is allowed.
  [[4000, 3000], 320, 1, 0.2, "1x1"],
];

for (const [[width, height], side, maxTiles, overlap, grid] of AUTO) {
  Deno.test(`autoGrid() divides ${width}x${height} for ${side} pixels, at most ${maxTiles} tiles, into ${grid}`, () => {
    const found = autoGrid({ width, height }, { overlap, maxTiles, scaleOf: fitting(side) });
    assertEquals(`${found.columns}x${found.rows}`, grid);
  });
}

Deno.test("autoGrid() takes the fewest tiles that show 95% of the best detail", () => {
  const random = seededRandom(2);
  for (let round = 0; round < 200; round++) {
    const source = { width: wholeBetween(random, 1, 3000), height: wholeBetween(random, 1, 3000) };
    const overlap = between(random, 0, 0.5);
    const maxTiles = wholeBetween(random, 1, 20);
    const scaleOf = fitting(320);
    const scale = (columns: number, rows: number) => {
      const [tile] = planTiles(source, { columns, rows }, overlap);
      return Math.min(1, scaleOf(tile!));
    };
    const { columns, rows } = autoGrid(source, { overlap, maxTiles, scaleOf });
    assertLessOrEqual(columns * rows, maxTiles);
    const found = scale(columns, rows);
    for (let c = 1; c <= Math.min(maxTiles, source.width); c++) {
      for (let r = 1; r * c <= maxTiles && r <= source.height; r++) {
        assertGreaterOrEqual(found, 0.95 * scale(c, r), `${c}x${r}`);
        if (c * r >= columns * rows) continue;
        // With fewer tiles, a grid that is at least as good would have been taken.
        assert(scale(c, r) < found, `${c}x${r}`);
      }
    }
  }
});

Deno.test("autoGrid() takes a coarser grid if there is too little memory", () => {
  const options = { overlap: 0, maxTiles: 16, scaleOf: fitting(320) };
  const fits = ({ width }: Size) => width >= 900;
  const { columns } = autoGrid({ width: 1920, height: 1280 }, { ...options, fits });
  assertEquals(columns, 2);
  const never = autoGrid({ width: 1920, height: 1280 }, { ...options, fits: () => false });
  assertEquals(never, { columns: 1, rows: 1 });
});

Deno.test("autoGrid() ends for huge images and limits", () => {
  const source = { width: 65_535, height: 65_535 };
  const { columns, rows } = autoGrid(source, {
    overlap: 0.5,
    maxTiles: 1000,
    scaleOf: fitting(320),
  });
  assertLessOrEqual(columns * rows, 1000);
});
