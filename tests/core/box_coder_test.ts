import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type BoxCoder, decodeBox } from "../../src/core/box_coder.ts";
import { between, seededRandom } from "../random.ts";

type Four = readonly [number, number, number, number];

const PLAIN: BoxCoder = { kind: "centre-size", weights: [1, 1, 1, 1], clamp: null };
// No larger than what turns a 16 px box into a 1000 px box.
const CLAMPED: BoxCoder = { ...PLAIN, clamp: Math.log(1000 / 16) };
// 20x10 px around (20, 25).
const ANCHOR: Four = [10, 20, 30, 30];

function decode(coder: BoxCoder, deltas: Four, anchor: Four = ANCHOR): number[] {
  const out = new Float64Array(4);
  decodeBox(coder, deltas, Float64Array.of(...anchor), out, 0);
  return [...out];
}

function assertBox(found: readonly number[], expected: readonly number[], tolerance = 1e-9) {
  assertEquals(found.length, expected.length);
  expected.forEach((edge, i) => assertAlmostEquals(found[i], edge, tolerance, `edge ${i}`));
}

const CASES: readonly (readonly [claim: string, BoxCoder, deltas: Four, box: Four])[] = [
  ["gives the anchor for no deltas", PLAIN, [0, 0, 0, 0], ANCHOR],
  // 0.5 · 20 = 10 right, −0.2 · 10 = 2 up.
  ["moves the centre by anchor sizes", PLAIN, [0.5, -0.2, 0, 0], [20, 18, 40, 28]],
  // 20 · 2 = 40 wide and 10 / 2 = 5 high around (20, 25).
  ["takes sizes as logarithms", PLAIN, [0, 0, Math.log(2), -Math.log(2)], [0, 22.5, 40, 27.5]],
  // 5 / 10 and −2 / 10 as above; 2 ln 2 / 2 and −5 ln 2 / 5 as above.
  [
    "divides each delta by its weight",
    { ...PLAIN, weights: [10, 10, 2, 5] },
    [5, -2, 2 * Math.log(2), -5 * Math.log(2)],
    [10, 20.5, 50, 25.5],
  ],
  // 20 · 1000/16 = 1250 and 10 · 1000/16 = 625, halved around (20, 25).
  ["clamps what is too large", CLAMPED, [0, 0, 100, Infinity], [-605, -287.5, 645, 337.5]],
  ["clamps after dividing", { ...CLAMPED, weights: [1, 1, 10, 10] }, [0, 0, 10, 10], [
    20 - 10 * Math.E, // ln(1000/16) is 4.1, and 10 / 10 is below it
    25 - 5 * Math.E,
    20 + 10 * Math.E,
    25 + 5 * Math.E,
  ]],
  ["does not clamp what is small", CLAMPED, [0, 0, -Infinity, -1000], [20, 25, 20, 25]],
];

for (const [claim, coder, deltas, box] of CASES) {
  Deno.test(`decodeBox() ${claim}`, () => assertBox(decode(coder, deltas), box));
}

Deno.test("decodeBox() turns 16 px into at most 1000 px under the paper's clamp", () => {
  assertBox(decode(CLAMPED, [0, 0, 50, 50], [-8, -8, 8, 8]), [-500, -500, 500, 500]);
});

Deno.test("decodeBox() does not clip, not even what is endless", () => {
  assertEquals(decode(PLAIN, [0, 0, Infinity, 0]), [-Infinity, 20, Infinity, 30]);
});

Deno.test("decodeBox() lets a NaN spoil its own axis only", () => {
  assertEquals(decode(CLAMPED, [0, NaN, 0, 0]), [10, NaN, 30, NaN]);
  assertEquals(decode(CLAMPED, [0, 0, NaN, 0]), [NaN, 20, NaN, 30]);
});

Deno.test("decodeBox() keeps an anchor without area where it is", () => {
  assertEquals(decode(CLAMPED, [3, 3, 2, 2], [7, 7, 7, 7]), [7, 7, 7, 7]);
});

Deno.test("decodeBox() writes the row that it is given and no other", () => {
  const out = new Float64Array(12).fill(-1);
  decodeBox(PLAIN, [0, 0, 0, 0], Float64Array.of(...ANCHOR), out, 1);
  assertEquals([...out], [-1, -1, -1, -1, ...ANCHOR, -1, -1, -1, -1]);
});

/** R-CNN, appendix C, equations 6 to 9. */
function encode([x1, y1, x2, y2]: Four, [ax1, ay1, ax2, ay2]: Four, weights: Four): Four {
  const deltas = [
    ((x1 + x2) / 2 - (ax1 + ax2) / 2) / (ax2 - ax1),
    ((y1 + y2) / 2 - (ay1 + ay2) / 2) / (ay2 - ay1),
    Math.log((x2 - x1) / (ax2 - ax1)),
    Math.log((y2 - y1) / (ay2 - ay1)),
  ];
  return deltas.map((delta, i) => delta * weights[i]) as unknown as Four;
}

Deno.test("decodeBox() undoes the encoding of the paper", () => {
  const random = seededRandom(7);
  const randomBox = (): Four => {
    const [x, y] = [between(random, -100, 900), between(random, -100, 900)];
    return [x, y, x + between(random, 16, 600), y + between(random, 16, 600)];
  };
  for (let i = 0; i < 500; i++) {
    const [box, anchor] = [randomBox(), randomBox()];
    const weights = Array.from({ length: 4 }, () => between(random, 1, 10)) as unknown as Four;
    assertBox(decode({ ...CLAMPED, weights }, encode(box, anchor, weights), anchor), box, 1e-8);
  }
});
