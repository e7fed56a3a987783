import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { iou, nms, suppressorsOf } from "../../src/core/nms.ts";
import { softNms, type SoftNmsOptions } from "../../src/core/soft_nms.ts";
import { between, type Random, seededRandom, wholeBetween } from "../random.ts";

const OPTIONS: SoftNmsOptions = {
  decay: "linear",
  iou: 0.3,
  sigma: 0.5,
  limit: 100,
  passes: (score) => score > 0.05,
};

// The IoU of the first two boxes is 0.5; the third is apart.
const BOXES = Float64Array.of(0, 0, 10, 10, 0, 0, 10, 5, 50, 50, 60, 60);
const SCORES = [0.9, 0.8, 0.6];

function run(
  changes: Partial<SoftNmsOptions> = {},
  groups = [1, 1, 1],
  scores: readonly number[] = SCORES,
  boxes = BOXES,
) {
  const options = { ...OPTIONS, ...changes };
  return softNms(boxes, Int32Array.from(groups), Float64Array.from(scores), options);
}

Deno.test("softNms() lowers the score by 1 - IoU above the threshold and sorts by it", () => {
  const { kept, scores } = run();
  assertEquals(kept, [0, 2, 1]);
  assertEquals([...scores], [0.9, 0.4, 0.6]);
});

Deno.test("softNms() keeps a linear score at the threshold, and lowers every Gaussian one", () => {
  assertEquals([...run({ iou: 0.5 }).scores], SCORES);
  assertAlmostEquals(run({ iou: 0.4999 }).scores[1]!, 0.4);
  const { scores } = run({ decay: "gaussian", iou: 1 });
  assertAlmostEquals(scores[1]!, 0.8 * Math.exp(-0.5)); // e^(-0.25 / 0.5)
});

Deno.test("softNms() lowers no score of another group, and none of boxes that only touch", () => {
  assertEquals([...run({}, [1, 2, 1]).scores], SCORES);
  const touching = Float64Array.of(0, 0, 10, 10, 10, 0, 20, 10);
  const { scores } = run({ decay: "gaussian" }, [1, 1], [0.9, 0.8], touching);
  assertEquals([...scores], [0.9, 0.8]);
});

Deno.test("softNms() keeps boxes without area, whose IoU is NaN", () => {
  const points = Float64Array.of(5, 5, 5, 5, 5, 5, 5, 5);
  for (const decay of ["linear", "gaussian"] as const) {
    assertEquals(run({ decay }, [1, 1], [0.9, 0.8], points).kept, [0, 1]);
  }
});

Deno.test("softNms() selects the lower row of equal scores, and stops at the limit", () => {
  const apart = Float64Array.of(0, 0, 1, 1, 5, 5, 6, 6, 9, 9, 10, 10);
  const { kept } = run({ limit: 2 }, [1, 1, 1], [0.5, 0.5, 0.5], apart);
  assertEquals(kept, [0, 1]);
  assertEquals(run({ limit: 0 }).kept, []);
  assertEquals(run({}, [], [], new Float64Array()).kept, []);
});

Deno.test("softNms() names the box that lowered the score of a dropped box too far", () => {
  const { kept, suppressors } = run({ passes: (score) => score > 0.4 });
  assertEquals(kept, [0, 2]);
  assertEquals([...suppressors], [-1, 0, -1]);
});

Deno.test("softNms() asks the threshold of each row", () => {
  const passes = (score: number, row: number) => score > (row === 1 ? 0.3 : 0.95);
  assertEquals(run({ passes }).kept, [0, 2, 1]);
});

Deno.test("softNms() changes neither boxes nor scores of the caller", () => {
  const [boxes, scores] = [BOXES.slice(), Float64Array.from(SCORES)];
  softNms(boxes, Int32Array.of(1, 1, 1), scores, OPTIONS);
  assertEquals([[...boxes], [...scores]], [[...BOXES], SCORES]);
});

interface Case {
  readonly boxes: Float64Array;
  readonly groups: Int32Array;
  readonly scores: Float64Array;
}

function randomCase(random: Random): Case {
  const count = wholeBetween(random, 0, 40);
  const boxes = Float64Array.from(
    Array.from({ length: count }, () => {
      const [x, y] = [between(random, 0, 8), between(random, 0, 8)];
      return [x, y, x + between(random, 0, 12), y + between(random, 0, 12)];
    }).flat(),
  );
  const scores = Float64Array.from({ length: count }, () => between(random, 0.05, 1));
  scores.sort().reverse();
  return { boxes, scores, groups: Int32Array.from(scores, () => wholeBetween(random, 0, 2)) };
}

/** Reference: sorts all boxes anew in every round, by the definition in section 3 of the paper. */
function naiveSoftNms({ boxes, groups, scores }: Case, options: SoftNmsOptions) {
  let open = [...scores].map((score, row) => ({ row, score }));
  const kept: { row: number; score: number }[] = [];
  while (open.length > 0 && kept.length < options.limit) {
    open.sort((a, b) => b.score - a.score || a.row - b.row);
    const [best, ...others] = open as [typeof open[number], ...typeof open];
    kept.push(best);
    open = others.map((each) => {
      const overlap = groups[each.row] === groups[best.row] ? iou(boxes, best.row, each.row) : 0;
      const linear = overlap > options.iou ? 1 - overlap : 1;
      const gaussian = Math.exp(-((overlap || 0) ** 2) / options.sigma);
      return { ...each, score: each.score * (options.decay === "linear" ? linear : gaussian) };
    }).filter(({ score, row }) => options.passes(score, row));
  }
  return kept;
}

Deno.test("softNms() agrees with the definition, and drops each box for one kept box", () => {
  const random = seededRandom(3);
  const counts = { lowered: 0, dropped: 0 };
  for (let round = 0; round < 200; round++) {
    const one = randomCase(random);
    const threshold = between(random, 0.1, 0.6);
    const options: SoftNmsOptions = {
      decay: random() < 0.5 ? "linear" : "gaussian",
      iou: between(random, 0, 1),
      sigma: between(random, 0.05, 1),
      limit: random() < 0.5 ? Infinity : wholeBetween(random, 1, 20),
      passes: (score) => score > threshold,
    };
    const passing = one.scores.filter((score) => score > threshold).length;
    const given = {
      boxes: one.boxes.subarray(0, passing * 4),
      groups: one.groups.subarray(0, passing),
      scores: one.scores.subarray(0, passing),
    };
    const { kept, scores, suppressors } = softNms(
      given.boxes,
      given.groups,
      given.scores,
      options,
    );
    const expected = naiveSoftNms(given, options);
    assertEquals(kept, expected.map(({ row }) => row), `round ${round}`);
    kept.forEach((row, i) => assertAlmostEquals(scores[row]!, expected[i]!.score, 1e-12));
    for (const [row, winner] of suppressors.entries()) {
      if (winner < 0) continue;
      assert(kept.includes(winner) && !kept.includes(row));
      assert(given.groups[row] === given.groups[winner] && scores[row]! <= threshold);
      counts.dropped++;
    }
    if (options.limit === Infinity) {
      // Without a limit, each box is kept or dropped for exactly one kept box.
      assertEquals(kept.length + suppressors.filter((winner) => winner >= 0).length, passing);
    }
    counts.lowered += kept.filter((row) => scores[row]! < given.scores[row]!).length;
  }
  assert(counts.lowered > 300 && counts.dropped > 150, JSON.stringify(counts));
});

Deno.test("suppressorsOf() names the best kept box that overlaps a dropped one too much", () => {
  const random = seededRandom(4);
  let dropped = 0;
  for (let round = 0; round < 200; round++) {
    const { boxes, groups } = randomCase(random);
    const options = {
      iou: between(random, 0, 0.9),
      limit: random() < 0.5 ? Infinity : wholeBetween(random, 1, 10),
      extent: random() < 0.5 ? "edges" : "last-pixel",
    } as const;
    const lastPixel = options.extent === "last-pixel" ? 1 : 0;
    const kept = nms(boxes, groups, options);
    const suppressors = suppressorsOf(boxes, groups, kept, options);
    for (const [row, winner] of suppressors.entries()) {
      const rivals = kept.filter((better) =>
        better < row && groups[better] === groups[row] &&
        iou(boxes, better, row, lastPixel) > options.iou
      );
      assertEquals(winner, kept.includes(row) ? -1 : rivals[0] ?? -1, `round ${round}`);
      if (winner >= 0) dropped++;
      // Before the limit, a box is kept or suppressed, and never both.
      const isBefore = kept.length < options.limit || row < kept.at(-1)!;
      if (isBefore) assertEquals(kept.includes(row), winner === -1);
    }
  }
  assert(dropped > 500, `only ${dropped} boxes were dropped`);
});
