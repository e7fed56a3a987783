import { assertEquals } from "@std/assert";
import { dropFragments } from "../../src/core/drop_fragments.ts";

const SOURCE = { width: 200, height: 100 };

/** View 0 is the whole image. Views 1 and 2 are tiles that share the columns 80 to 120. */
const WINDOWS = [
  { left: 0, top: 0, width: 200, height: 100 },
  { left: 0, top: 0, width: 120, height: 100 },
  { left: 80, top: 0, width: 120, height: 100 },
];

type Box = readonly [view: number, box: readonly [number, number, number, number], group?: number];

function kept(rows: readonly Box[], iou = 0.5, windows = WINDOWS): number[] {
  return dropFragments({
    boxes: Float64Array.from(rows.flatMap(([, box]) => box)),
    groups: Int32Array.from(rows, ([, , group = 0]) => group),
    views: Int32Array.from(rows, ([view]) => view),
  }, { windows, source: SOURCE, iou });
}

const CASES: readonly (readonly [claim: string, rows: readonly Box[], kept: number[]])[] = [
  ["keeps a cut box that no other view shows", [[1, [90, 10, 120, 50]]], [0]],
  [
    "drops a cut box that a neighbour shows whole",
    [[1, [90, 10, 120, 50]], [2, [90, 10, 150, 50]]],
    [1],
  ],
  [
    "drops a cut box that the whole image shows whole",
    [[1, [60, 10, 120, 50]], [0, [60, 10, 160, 50]]],
    [1],
  ],
  [
    // Right of column 120, the neighbour's box is longer by 5% of the cut box: noise.
    "keeps a cut box that ends at the same place in the other view",
    [[1, [60, 10, 119, 50]], [0, [60, 10, 121, 50]]],
    [0, 1],
  ],
  [
    "keeps a cut box of another class",
    [[1, [90, 10, 120, 50], 1], [2, [90, 10, 150, 50], 2]],
    [0, 1],
  ],
  [
    // Inside the first tile, the other box ends at column 120: 30 · 40 of 38 · 40 pixels, IoU 0.79.
    // Its whole box would have an IoU of 30 / 116.
    "compares with the part of the other box inside the tile",
    [[1, [90, 10, 120, 50]], [2, [82, 10, 198, 50]]],
    [1],
  ],
  [
    // IoU in the tile: 20 · 20 / 40 · 80 = 0.125. A child in front of a bus.
    "keeps a small cut box inside a large object",
    [[1, [100, 40, 120, 60]], [0, [80, 10, 180, 90]]],
    [0, 1],
  ],
  [
    "keeps boxes at edges of the image, which cut nothing",
    [[1, [0, 10, 30, 50]], [0, [0, 10, 60, 50]]],
    [0, 1],
  ],
  [
    // Both tiles cut it. In columns 80 to 120, which both show, the boxes are equal.
    "keeps the larger of two cut boxes of one object",
    [[1, [50, 10, 120, 50]], [2, [80, 10, 130, 50]]],
    [0],
  ],
  [
    // In columns 80 to 120, one covers 100 to 120 and the other 80 to 100.
    "keeps two cut boxes of neighbouring objects",
    [[1, [100, 10, 120, 50]], [2, [80, 10, 100, 50]]],
    [0, 1],
  ],
  [
    "keeps two boxes of the same view, which NMS has compared",
    [[1, [60, 10, 120, 50]], [1, [60, 10, 110, 50]]],
    [0, 1],
  ],
  // Columns 118.8 to 120 are 1% of the tile.
  [
    "counts a box that ends just before the edge as cut",
    [[1, [90, 10, 118.9, 50]], [2, [90, 10, 150, 50]]],
    [1],
  ],
  [
    "counts a box that ends well before the edge as whole",
    [[1, [90, 10, 117, 50]], [2, [90, 10, 150, 50]]],
    [0, 1],
  ],
  ["keeps nothing of nothing", [], []],
];

for (const [claim, rows, expected] of CASES) {
  Deno.test(`dropFragments() ${claim}`, () => {
    assertEquals(kept(rows), expected);
    // The order of the rows does not matter.
    const last = rows.length - 1;
    const mirrored = expected.map((row) => last - row).sort((a, b) => a - b);
    assertEquals(kept(rows.toReversed()), mirrored);
  });
}

Deno.test("dropFragments() handles boxes that an upper or lower edge cuts", () => {
  const windows = [
    { left: 0, top: 0, width: 200, height: 60 },
    { left: 0, top: 40, width: 200, height: 60 },
  ];
  // Lower edge of the first tile, then the upper edge of the second tile.
  assertEquals(kept([[0, [10, 45, 50, 60]], [1, [10, 45, 50, 90]]], 0.5, windows), [1]);
  assertEquals(kept([[1, [10, 40, 50, 58]], [0, [10, 5, 50, 58]]], 0.5, windows), [1]);
});

Deno.test("dropFragments() keeps boxes without area and with NaN", () => {
  const boxes: Box[] = [
    [1, [120, 10, 120, 50]],
    [2, [90, 10, 150, 50]],
    [1, [NaN, NaN, NaN, NaN]],
    [0, [NaN, 10, 150, 50]],
  ];
  assertEquals(kept(boxes), [0, 1, 2, 3]);
});

Deno.test("dropFragments() drops all cut boxes at the threshold 0 and none at 1", () => {
  const boxes: Box[] = [[1, [100, 40, 120, 60]], [0, [80, 10, 180, 90]]];
  assertEquals(kept(boxes, 0), [1]);
  assertEquals(kept(boxes, 1), [0, 1]);
});
