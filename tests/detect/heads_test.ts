import { assertEquals, assertStrictEquals } from "@std/assert";
import type { AnchorLevel } from "../../src/core/anchors.ts";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { anchorOffset, headsOf, type HeadView } from "../../src/detect/heads.ts";
import { assertDomainError } from "../testing.ts";
import { type Fill, makeOutputs, type Place, placesOf } from "./make_outputs.ts";
import { joined, layouts, smallManifest, varied } from "../manifest/small_manifest.ts";

// Grids of 4x3 and 2x2 cells: rows and columns of the finer level cannot be confused.
const INPUT = { width: 32, height: 24 };

/** Returns a number that encodes its place: one decimal digit per index. */
const digits: Fill = ({ level, row, column, anchor, channel }) =>
  level * 10000 + row * 1000 + column * 100 + anchor * 10 + channel;
const negative: Fill = (place) => -1 - digits(place);

function headsIn(manifest: HeadsManifest) {
  return headsOf(manifest, makeOutputs(manifest, INPUT, digits, negative), INPUT);
}

function layoutOf(outputs: HeadsManifest["outputs"]): string {
  return outputs.kind === "joined" ? "joined" : outputs.layout;
}

for (const outputs of layouts) {
  const manifest = varied({ outputs });
  const layout = layoutOf(outputs);

  Deno.test(`headsOf() finds every number of ${layout} heads at its place`, () => {
    headsIn(manifest).forEach((heads, level) => {
      const valueAt = (view: HeadView, { row, column, anchor, channel }: Place) => {
        const { width } = heads.anchors.grid;
        const index = (row * width + column) * heads.anchors.perCell + anchor;
        const at = anchorOffset(view, heads.anchors, index) + channel * view.channelStep;
        return view.data[at];
      };
      for (const place of placesOf(manifest, INPUT, level, 3)) {
        assertEquals(valueAt(heads.scores, place), digits(place));
      }
      for (const place of placesOf(manifest, INPUT, level, 4)) {
        assertEquals(valueAt(heads.deltas, place), negative(place));
      }
    });
  });

  Deno.test(`headsOf() returns the grids and channels of the manifest for ${layout} heads`, () => {
    const found = headsIn(manifest).map(({ anchors, scores, deltas }) =>
      [anchors.grid, anchors.perCell, anchors.covered, scores.channels, deltas.channels] as const
    );
    assertEquals(found, [
      [{ width: 4, height: 3 }, 2, { width: 32, height: 24 }, 3, 4],
      [{ width: 2, height: 2 }, 2, { width: 32, height: 32 }, 3, 4],
    ]);
  });

  Deno.test(`headsOf() copies nothing of ${layout} heads`, () => {
    const tensors = makeOutputs(manifest, INPUT, digits, negative);
    const data = Object.values(tensors).map((tensor) => tensor.data);
    const views = headsOf(manifest, tensors, INPUT);
    const used = new Set(views.flatMap(({ scores, deltas }) => [scores.data, deltas.data]));
    assertEquals(used.size, data.length);
    for (const one of data) assertStrictEquals(used.has(one), true);
  });
}

Deno.test("headsOf() divides the input by the grid for floor-input-over-grid", () => {
  const anchors = {
    ...smallManifest.anchors,
    strides: "floor-input-over-grid",
  } as HeadsManifest["anchors"];
  const level = headsIn(varied({ anchors }))[1]!.anchors;
  // 32 / 2 = 16 and 24 / 2 = 12.
  assertEquals(level.covered, { width: 32, height: 24 });
  const out = new Float64Array(4);
  // Second column, second row, first of 2 anchors: 16x16 around (24, 18).
  level.write((2 + 1) * 2, out);
  assertEquals([...out], [16, 10, 32, 26]);
});

Deno.test("headsOf() reads the first image of a batch", () => {
  for (const outputs of layouts) {
    const one = varied({ outputs });
    const two = varied({ outputs, input: { ...smallManifest.input, batch: 2 } });
    const [single, batch] = [headsIn(one), headsIn(two)];
    batch.forEach(({ scores, deltas }, level) => {
      const first = single[level]!;
      for (const [view, expected] of [[scores, first.scores], [deltas, first.deltas]] as const) {
        const { data: _, ...place } = view;
        const { data: __, ...expectedPlace } = expected;
        assertEquals(place, expectedPlace);
        assertEquals(view.data.subarray(0, expected.data.length), expected.data);
      }
    });
  }
});

/** Shapes for an input of 32x24. */
const EXPECTED = { scores_8: "[1, 6, 3, 4]", deltas_16: "[1, 8, 2, 2]" } as const;

const WRONG: readonly (readonly [
  claim: string,
  HeadsManifest["outputs"],
  name: string,
  shape: readonly number[],
  expected: string,
])[] = [
  ["depth", smallManifest.outputs, "scores_8", [1, 9, 3, 4], EXPECTED.scores_8],
  ["batch", smallManifest.outputs, "scores_8", [2, 6, 3, 4], EXPECTED.scores_8],
  ["grid", smallManifest.outputs, "deltas_16", [1, 8, 4, 1], EXPECTED.deltas_16],
  ["rank", smallManifest.outputs, "deltas_16", [1, 32], EXPECTED.deltas_16],
  ["layout", layouts[1], "deltas_8", [1, 8, 3, 4], "[1, 3, 4, 8]"],
  // (4·3 + 2·2) cells · 2 anchors = 32 rows.
  ["row count", joined, "scores", [1, 24, 4], "[1, 32, 3]"],
  ["row count", joined, "deltas", [1, 31, 4], "[1, 32, 4]"],
];

for (const [claim, outputs, name, shape, expected] of WRONG) {
  Deno.test(`headsOf() shows both shapes of a wrong ${claim} of ${layoutOf(outputs)} heads`, () => {
    const manifest = varied({ outputs });
    const tensors = makeOutputs(manifest, INPUT, digits, negative);
    tensors[name] = { ...tensors[name]!, shape };
    assertDomainError(
      () => headsOf(manifest, tensors, INPUT),
      "graph-mismatch",
      `"${name}"`,
      `[${shape.join(", ")}]`,
      expected,
    );
  });
}

/** Anchors of a 4x2 grid with 2 anchors per cell. */
const ANCHORS: AnchorLevel = {
  grid: { width: 4, height: 2 },
  perCell: 2,
  covered: { width: 32, height: 16 },
  write() {
    throw new Error("no anchor is read");
  },
};

/** View whose steps are powers of ten, so that an offset shows row, column and anchor as digits. */
const VIEW: HeadView = {
  data: new Float32Array(0),
  offset: 50000,
  rowStep: 1000,
  columnStep: 100,
  anchorStep: 10,
  channelStep: 1,
  channels: 3,
};

const OFFSETS: readonly (readonly [anchorIndex: number, offset: number])[] = [
  [0, 50000],
  [1, 50010], // second anchor of the first cell
  [2, 50100], // 2 anchors per cell, so the second column
  [7, 50310], // 3 · 2 + 1: last anchor of the first row
  [8, 51000], // 4 columns · 2 anchors, so the second row
  [15, 51310],
];

for (const [anchorIndex, offset] of OFFSETS) {
  Deno.test(`anchorOffset() of anchor ${anchorIndex} in a 4x2 grid is ${offset}`, () => {
    assertEquals(anchorOffset(VIEW, ANCHORS, anchorIndex), offset);
  });
}
