import { assertEquals, assertThrows } from "@std/assert";
import { TopK } from "../../src/core/top_k.ts";
import { type Random, seededRandom, wholeBetween } from "../random.ts";

type Pair = readonly [value: number, index: number];

function best(capacity: number, pairs: readonly Pair[]): number[] {
  const top = new TopK(capacity);
  for (const [value, index] of pairs) top.offer(value, index);
  return top.sorted();
}

/** Reference: sorts all pairs and cuts the list. */
function naiveBest(capacity: number, pairs: readonly Pair[]): number[] {
  return pairs.filter(([value]) => !Number.isNaN(value))
    .toSorted(([v, i], [w, j]) => v === w ? i - j : v < w ? 1 : -1)
    .slice(0, capacity)
    .map(([, index]) => index);
}

function indexed(values: readonly number[]): Pair[] {
  return values.map((value, index) => [value, index]);
}

const CASES: readonly (readonly [
  claim: string,
  capacity: number,
  values: readonly number[],
  expected: readonly number[],
])[] = [
  ["returns nothing for no pairs", 3, [], []],
  ["returns fewer than its capacity if there are fewer", 3, [1, 2], [1, 0]],
  ["keeps the best pair", 1, [1, 3, 2], [1]],
  ["sorts equal values by index", 4, [7, 7, 7], [0, 1, 2]],
  ["drops the higher indices of equal values", 2, [7, 7, 7, 7], [0, 1]],
  ["ignores NaN before and after it is full", 2, [NaN, 1, NaN, 2, NaN], [3, 1]],
  ["ranks infinities like other numbers", 3, [0, -Infinity, Infinity, 5], [2, 3, 0]],
  ["treats 0 and -0 as equal", 1, [-0, 0], [0]],
];

for (const [claim, capacity, values, expected] of CASES) {
  Deno.test(`TopK ${claim}`, () => {
    assertEquals(best(capacity, indexed(values)), expected);
  });
}

for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
  Deno.test(`TopK refuses a capacity of ${capacity}`, () => {
    assertThrows(() => new TopK(capacity), RangeError, `current value is ${capacity}`);
  });
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

Deno.test("TopK agrees with a full sort for any order of arrival, ties included", () => {
  const random = seededRandom(6);
  for (let round = 0; round < 400; round++) {
    const kinds = wholeBetween(random, 1, 40); // few distinct values give many ties
    const values = Array.from(
      { length: wholeBetween(random, 0, 120) },
      () => random() < 0.05 ? NaN : wholeBetween(random, -kinds, kinds) / 4,
    );
    const capacity = wholeBetween(random, 1, 60);
    const pairs = shuffled(indexed(values), random);
    assertEquals(best(capacity, pairs), naiveBest(capacity, pairs), `round ${round}`);
  }
});

Deno.test("TopK accepts pairs after it was read", () => {
  const top = new TopK(2);
  top.offer(1, 10);
  assertEquals(top.sorted(), [10]);
  top.offer(2, 11);
  top.offer(3, 12);
  assertEquals(top.sorted(), [12, 11]);
  assertEquals(top.sorted(), [12, 11]);
});

Deno.test("TopK keeps indices above 32 bits", () => {
  assertEquals(best(2, [[1, 2 ** 40], [2, 2 ** 40 + 1]]), [2 ** 40 + 1, 2 ** 40]);
});
