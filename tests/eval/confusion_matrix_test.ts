import { assertEquals } from "@std/assert";
import type { CocoBox } from "../../src/eval/coco.ts";
import { confusionMatrix } from "../../src/eval/confusion_matrix.ts";
import { found, object, truthOf } from "./tiny.ts";

const BOX: CocoBox = [0, 0, 10, 10];
const NEAR: CocoBox = [0, 0, 10, 9];
const FAR: CocoBox = [300, 0, 10, 10];
const [CAT, DOG] = [{ category_id: 1 }, { category_id: 2 }];
/** Category 2 stands first, so that the order of the ids counts, not that of the file. */
const categories = [{ id: 2, name: "dog" }, { id: 1, name: "cat" }];

const cases = [
  {
    claim: "counts a match on the diagonal",
    truths: [object(BOX)],
    results: [found(NEAR, 0.9)],
    counts: [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
  },
  {
    claim: "counts an object that was taken for another category",
    truths: [object(BOX)],
    results: [found(NEAR, 0.9, DOG)],
    counts: [[0, 1, 0], [0, 0, 0], [0, 0, 0]],
  },
  {
    claim: "prefers the right category to a better box, and a better score",
    truths: [object(BOX)],
    results: [found(BOX, 0.9, DOG), found(NEAR, 0.6, CAT)],
    counts: [[1, 0, 0], [0, 0, 0], [0, 1, 0]],
  },
  {
    claim: "counts misses in the last column, false positives in the last row",
    truths: [object(BOX, DOG)],
    results: [found(FAR, 0.9)],
    counts: [[0, 0, 0], [0, 0, 1], [1, 0, 0]],
  },
  {
    claim: "counts the second result for an object as a false positive",
    truths: [object(BOX)],
    results: [found(BOX, 0.6), found(NEAR, 0.9)],
    counts: [[1, 0, 0], [0, 0, 0], [1, 0, 0]],
  },
  {
    claim: "leaves out scores at or below the threshold, other images and unknown categories",
    truths: [object(BOX, { image_id: 2 })],
    results: [
      found(BOX, 0.5),
      found(BOX, 0.9, { image_id: 2 }),
      found(BOX, 0.9, { category_id: 7 }),
    ],
    counts: [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
  },
  {
    claim: "leaves out objects of unknown categories",
    truths: [object(BOX, { category_id: 7 }), object(FAR)],
    results: [found(BOX, 0.9)],
    counts: [[0, 0, 1], [0, 0, 0], [1, 0, 0]],
  },
  {
    claim: "leaves out crowds and results in a crowd of their category, but not of another",
    truths: [object([0, 0, 100, 100], { iscrowd: 1 })],
    results: [found(BOX, 0.9), found(BOX, 0.9, DOG)],
    counts: [[0, 0, 0], [0, 0, 0], [0, 1, 0]],
  },
];

for (const { claim, truths, results, counts } of cases) {
  Deno.test(`confusionMatrix() ${claim}`, () => {
    const truth = { ...truthOf(...truths), categories };
    const matrix = confusionMatrix(truth, results, [1], 0.5);
    assertEquals(matrix, { labels: ["cat", "dog"], counts });
  });
}
