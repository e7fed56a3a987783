import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type BoxCoder, decodeBox } from "../../src/core/box_coder.ts";
import { between, type Random, seededRandom } from "../random.ts";

type Four = readonly [number, number, number, number];
type CentreSize = BoxCoder & { kind: "centre-size" };
type Corners = BoxCoder & { kind: "corners" };

const PLAIN: CentreSize = {
  kind: "centre-size",
  order: "xy",
  weights: [1, 1, 1, 1],
  extent: "edges",
  clamp: null,
};
// The largest delta turns a 16 px box into a 1000 px box.
const CLAMPED: CentreSize = { ...PLAIN, clamp: Math.log(1000 / 16) };
const CORNERS: Corners = { kind: "corners", order: "xy", weights: [1, 1, 1, 1], extent: "edges" };
// 20x10 px around (20, 25).
const ANCHOR: Four = [10, 20, 30, 30];
// The same pixels, with x2 and y2 as the last pixel.
const INCLUSIVE: Four = [10, 20, 29, 29];

function decode(coder: BoxCoder, deltas: Four, anchor: Four = ANCHOR): number[] {
  const box = Float64Array.of(...deltas);
  decodeBox(coder, box, Float64Array.of(...anchor));
  return [...box];
}

function assertBox(found: readonly number[], expected: readonly number[], tolerance = 1e-9) {
  assertEquals(found.length, expected.length);
  expected.forEach((edge, i) => assertAlmostEquals(found[i], edge, tolerance, `edge ${i}`));
}

const CASES: readonly (readonly [claim: string, BoxCoder, deltas: Four, box: Four])[] = [
  ["returns the anchor for deltas of 0", PLAIN, [0, 0, 0, 0], ANCHOR],
  // 0.5 · 20 = 10 right, −0.2 · 10 = 2 up.
  ["moves the centre by anchor sides", PLAIN, [0.5, -0.2, 0, 0], [20, 18, 40, 28]],
  // 20 · 2 = 40 wide and 10 / 2 = 5 high around (20, 25).
  ["reads sizes as logarithms", PLAIN, [0, 0, Math.log(2), -Math.log(2)], [0, 22.5, 40, 27.5]],
  // 5 / 10 and −2 / 10 as above; 2 ln 2 / 2 and −5 ln 2 / 5 as above.
  [
    "divides each delta by its weight",
    { ...PLAIN, weights: [10, 10, 2, 5] },
    [5, -2, 2 * Math.log(2), -5 * Math.log(2)],
    [10, 20.5, 50, 25.5],
  ],
  // 20 · 1000/16 = 1250 and 10 · 1000/16 = 625, halved around (20, 25).
  ["clamps large sizes", CLAMPED, [0, 0, 100, Infinity], [-605, -287.5, 645, 337.5]],
  ["clamps after dividing", { ...CLAMPED, weights: [1, 1, 10, 10] }, [0, 0, 10, 10], [
    20 - 10 * Math.E, // ln(1000/16) is 4.1, and 10 / 10 is below it
    25 - 5 * Math.E,
    20 + 10 * Math.E,
    25 + 5 * Math.E,
  ]],
  ["does not clamp small sizes", CLAMPED, [0, 0, -Infinity, -1000], [20, 25, 20, 25]],
  // dy, dx, dh and dw of the two cases "moves the centre" and "reads sizes" together.
  [
    "reads deltas in the order y, x",
    { ...PLAIN, order: "yx" },
    [-0.2, 0.5, -Math.log(2), Math.log(2)],
    [10, 20.5, 50, 25.5],
  ],
  // Weights stay in the order x, y, x, y: dx = 5 / 10, dy = −1 / 5, dw = ln 2, dh = −ln 2.
  [
    "reads weights in the order x, y even if deltas are in the order y, x",
    { ...PLAIN, order: "yx", weights: [10, 5, 2, 4] },
    [-1, 5, -4 * Math.log(2), 2 * Math.log(2)],
    [10, 20.5, 50, 25.5],
  ],
  ["moves each corner by anchor sides", CORNERS, [0.1, -0.2, 0.5, 0.3], [
    12, // 10 + 0.1 · 20
    18, // 20 − 0.2 · 10
    40, // 30 + 0.5 · 20
    33, // 30 + 0.3 · 10
  ]],
  [
    "divides the shift of each corner by its weight",
    { ...CORNERS, weights: [5, 10, 2, 4] },
    [0.5, -2, 1, 1.2],
    [12, 18, 40, 33],
  ],
  ["reads corners in the order y, x", { ...CORNERS, order: "yx" }, [-0.2, 0.1, 0.3, 0.5], [
    12,
    18,
    40,
    33,
  ]],
  ["lets corners cross", CORNERS, [2, 0, -2, 0], [50, 20, -10, 30]],
];

for (const [claim, coder, deltas, box] of CASES) {
  Deno.test(`decodeBox() ${claim}`, () => assertBox(decode(coder, deltas), box));
}

/** Cases for an anchor of 29 − 10 + 1 = 20 by 29 − 20 + 1 = 10 px around (10 + 20/2, 20 + 10/2). */
const LAST_PIXEL: readonly (readonly [claim: string, BoxCoder, deltas: Four, box: Four])[] = [
  ["returns the anchor for deltas of 0", PLAIN, [0, 0, 0, 0], INCLUSIVE],
  // 20 · 2 = 40 wide around 20: from 0 to 40 − 1; 10 / 2 = 5 high around 25: 22.5 to 27.5 − 1.
  ["scales whole pixels", PLAIN, [0, 0, Math.log(2), -Math.log(2)], [0, 22.5, 39, 26.5]],
  // 0.5 · 20 right, −0.2 · 10 up.
  ["moves by whole pixels", PLAIN, [0.5, -0.2, 0, 0], [20, 18, 39, 27]],
  // 10 + 0.1 · 20, 20 − 0.2 · 10, 29 + 0.5 · 20, 29 + 0.3 · 10.
  ["moves corners by whole pixels", CORNERS, [0.1, -0.2, 0.5, 0.3], [12, 18, 39, 32]],
];

for (const [claim, coder, deltas, box] of LAST_PIXEL) {
  Deno.test(`decodeBox() ${claim} if boxes end at their last pixel (${coder.kind})`, () => {
    const inclusive = { ...coder, extent: "last-pixel" } as const;
    assertBox(decode(inclusive, deltas, INCLUSIVE), box);
  });
}

Deno.test("decodeBox() changes only the order of decoded boxes", () => {
  for (const space of ["input", "unit"] as const) {
    for (const extent of ["edges", "last-pixel"] as const) {
      const coder = { kind: "decoded", space, extent } as const;
      assertEquals(decode({ ...coder, corners: "xyxy" }, [1, 2, 3, 4]), [1, 2, 3, 4]);
      // y1, x1, y2, x2.
      assertEquals(decode({ ...coder, corners: "yxyx" }, [2, 1, 4, 3]), [1, 2, 3, 4]);
    }
  }
});

Deno.test("decodeBox() enlarges 16 px to at most 1000 px with the usual clamp", () => {
  assertBox(decode(CLAMPED, [0, 0, 50, 50], [-8, -8, 8, 8]), [-500, -500, 500, 500]);
});

Deno.test("decodeBox() does not clip infinite edges", () => {
  assertEquals(decode(PLAIN, [0, 0, Infinity, 0]), [-Infinity, 20, Infinity, 30]);
});

Deno.test("decodeBox() confines a NaN to its axis", () => {
  assertEquals(decode(CLAMPED, [0, NaN, 0, 0]), [10, NaN, 30, NaN]);
  assertEquals(decode(CLAMPED, [0, 0, NaN, 0]), [NaN, 20, NaN, 30]);
});

Deno.test("decodeBox() does not move an anchor without area", () => {
  assertEquals(decode(CLAMPED, [3, 3, 2, 2], [7, 7, 7, 7]), [7, 7, 7, 7]);
});

Deno.test("decodeBox() does not write to the anchor", () => {
  for (const coder of [PLAIN, CORNERS, { ...PLAIN, order: "yx" } as const]) {
    const anchor = Float64Array.of(...ANCHOR);
    decodeBox(coder, Float64Array.of(1, 2, 1, 2), anchor);
    assertEquals([...anchor], [...ANCHOR]);
  }
});

function randomBox(random: Random): Four {
  const [x, y] = [between(random, -100, 900), between(random, -100, 900)];
  return [x, y, x + between(random, 16, 600), y + between(random, 16, 600)];
}

function randomWeights(random: Random): Four {
  const weight = () => between(random, 1, 10);
  return [weight(), weight(), weight(), weight()];
}

/** Encodes a box by the R-CNN paper, appendix C, equations 6 to 9; sides are x2 − x1 + `last`. */
function encode(box: Four, anchor: Four, [wx, wy, ww, wh]: Four, last: 0 | 1): Four {
  const [x1, y1, x2, y2] = box;
  const [ax1, ay1, ax2, ay2] = anchor;
  const [width, height] = [ax2 - ax1 + last, ay2 - ay1 + last];
  return [
    ((x1 + x2 + last) / 2 - (ax1 + ax2 + last) / 2) / width * wx,
    ((y1 + y2 + last) / 2 - (ay1 + ay2 + last) / 2) / height * wy,
    Math.log((x2 - x1 + last) / width) * ww,
    Math.log((y2 - y1 + last) / height) * wh,
  ];
}

/** Encodes the shift of each corner in anchor sides. */
function encodeCorners(box: Four, anchor: Four, [w1, w2, w3, w4]: Four, last: 0 | 1): Four {
  const [x1, y1, x2, y2] = box;
  const [ax1, ay1, ax2, ay2] = anchor;
  const [width, height] = [ax2 - ax1 + last, ay2 - ay1 + last];
  return [
    (x1 - ax1) / width * w1,
    (y1 - ay1) / height * w2,
    (x2 - ax2) / width * w3,
    (y2 - ay2) / height * w4,
  ];
}

for (const extent of ["edges", "last-pixel"] as const) {
  const last = extent === "last-pixel" ? 1 : 0;

  Deno.test(`decodeBox() inverts the encoding of the paper, extent ${extent}`, () => {
    const random = seededRandom(7);
    for (let i = 0; i < 500; i++) {
      const [box, anchor, weights] = [randomBox(random), randomBox(random), randomWeights(random)];
      const [dx, dy, dw, dh] = encode(box, anchor, weights, last);
      const coder = { ...CLAMPED, weights, extent };
      assertBox(decode(coder, [dx, dy, dw, dh], anchor), box, 1e-8);
      assertBox(decode({ ...coder, order: "yx" }, [dy, dx, dh, dw], anchor), box, 1e-8);
    }
  });

  Deno.test(`decodeBox() inverts the encoding of corners, extent ${extent}`, () => {
    const random = seededRandom(70);
    for (let i = 0; i < 500; i++) {
      const [box, anchor, weights] = [randomBox(random), randomBox(random), randomWeights(random)];
      const [x1, y1, x2, y2] = encodeCorners(box, anchor, weights, last);
      const coder = { ...CORNERS, weights, extent };
      assertBox(decode(coder, [x1, y1, x2, y2], anchor), box, 1e-8);
      assertBox(decode({ ...coder, order: "yx" }, [y1, x1, y2, x2], anchor), box, 1e-8);
    }
  });
}
