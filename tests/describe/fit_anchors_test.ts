import { assertEquals, assertNotEquals } from "@std/assert";
import { type BoxCoder, decodeBox } from "../../src/core/box_coder.ts";
import { type AnchorSample, fitAnchors } from "../../src/describe/fit_anchors.ts";

const DELTAS = { order: "xy", weights: [1, 1, 1, 1], extent: "edges" } as const;
const CODERS: readonly BoxCoder[] = [
  { kind: "centre-size", ...DELTAS, clamp: null },
  { kind: "centre-size", ...DELTAS, order: "yx", weights: [10, 10, 5, 5], clamp: 4 },
  { kind: "centre-size", ...DELTAS, extent: "last-pixel", clamp: null },
  { kind: "corners", ...DELTAS, weights: [5, 5, 5, 5] },
];
const GRID = { strides: "nominal", extent: "edges" } as const;

/** Decodes the box of an anchor of `width` x `height` in cell (3, 2), whose centre is at 0.5. */
function sampleOf(
  coder: BoxCoder,
  { level, anchor }: { level: number; anchor: number },
  [width, height]: readonly [number, number],
): AnchorSample {
  const stride = 8 << level;
  const lastPixel = coder.extent === "last-pixel" ? 1 : 0;
  const [x, y] = [3.5 * stride, 2.5 * stride];
  const edges = [x - width / 2, y - height / 2];
  const box = Float64Array.of(0.3, -0.2, 0.1, 0.4);
  const ends = [x + width / 2 - lastPixel, y + height / 2 - lastPixel];
  decodeBox(coder, box, Float64Array.of(...edges, ...ends));
  return {
    level,
    anchor,
    cell: [3 * stride, 2 * stride],
    stride: [stride, stride],
    deltas: [0.3, -0.2, 0.1, 0.4],
    box: [...box],
  };
}

for (const coder of CODERS) {
  const named = `${coder.kind}, ${coder.extent}, ${"order" in coder ? coder.order : ""}`;
  Deno.test(`fitAnchors() finds shapes and centre from boxes and deltas: ${named}`, () => {
    const samples = [
      sampleOf(coder, { level: 0, anchor: 0 }, [20, 10]),
      sampleOf(coder, { level: 0, anchor: 1 }, [12.125, 30]),
      sampleOf(coder, { level: 1, anchor: 1 }, [25, 60]),
    ];
    const [fit, ...others] = fitAnchors(samples, coder, [8, 16], 2, GRID);
    assertEquals(others, []);
    assertEquals(fit?.rule, {
      kind: "shapes",
      levels: [
        { stride: 8, shapes: [[20, 10], [12.125, 30]] },
        { stride: 16, shapes: [[40, 20], [25, 60]] }, // the first one is scaled from stride 8
      ],
      centre: 0.5,
      ...GRID,
    });
    assertEquals(fit?.scaled, [{ level: 1, anchor: 0 }]);
  });
}

Deno.test("fitAnchors() refuses if no box comes from one of the anchors, or a box is impossible", () => {
  const [coder] = CODERS;
  const sample = sampleOf(coder!, { level: 0, anchor: 0 }, [20, 10]);
  assertEquals(fitAnchors([sample], coder!, [8], 2, GRID), []);
  const turned = { ...sample, box: [30, 30, 20, 20] };
  assertEquals(fitAnchors([turned], coder!, [8], 1, GRID), []);
});

for (const coder of CODERS) {
  Deno.test(`fitAnchors() uses the edges of clipped boxes that are not clipped: ${coder.kind}`, () => {
    const whole = sampleOf(coder, { level: 0, anchor: 0 }, [20, 10]);
    const other = sampleOf(coder, { level: 0, anchor: 1 }, [12.125, 30]);
    const cut = { ...other, box: other.box.with(0, 0), clipped: [true, false, false, false] };
    const both = {
      ...other,
      box: other.box.with(1, 0).with(3, 99),
      clipped: [false, true, false, true],
    };
    const [fit] = fitAnchors([whole, cut], coder, [8], 2, GRID);
    assertEquals(fit?.rule.levels, [{ stride: 8, shapes: [[20, 10], [12.125, 30]] }]);
    // No edge tells the height of the second anchor.
    assertEquals(fitAnchors([whole, both], coder, [8], 2, GRID), []);
    // An edge that was clipped without a mark gives another anchor: the mark matters.
    const [wrong] = fitAnchors([whole, { ...cut, clipped: [] }], coder, [8], 2, GRID);
    assertNotEquals(wrong?.rule.levels, fit?.rule.levels);
  });
}

Deno.test("fitAnchors() finds sizes and ratios, also of anchors that no box shows", () => {
  const [coder] = CODERS;
  // Two ratios (1 and 4) of two sizes; level 1 shows one ratio of each size only.
  const shapes = [[[16, 16], [20, 20], [8, 32], [10, 40]], [[32, 32], null, null, [20, 80]]];
  const samples = shapes.flatMap((level, i) =>
    level.flatMap((shape, anchor) =>
      shape === null ? [] : [sampleOf(coder!, { level: i, anchor }, [shape[0]!, shape[1]!])]
    )
  );
  const [fit] = fitAnchors(samples, coder!, [8, 16], 4, GRID);
  assertEquals(fit?.rule, {
    kind: "sizes",
    levels: [{ stride: 8, sizes: [16, 20] }, { stride: 16, sizes: [32, 40] }],
    unit: "pixels",
    ratios: [1, 4],
    order: "ratio-size",
    rounding: "none",
    centre: 0.5,
    ...GRID,
  });
  assertEquals(fit?.scaled, []);
});
