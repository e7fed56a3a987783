import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { CocoBox } from "../../src/eval/coco.ts";
import { evaluate } from "../../src/eval/evaluate.ts";
import { found, object, truthOf } from "./tiny.ts";

const SQUARE: CocoBox = [0, 0, 10, 10];
const ELSEWHERE: CocoBox = [100, 0, 10, 10];

/** Tolerates the last bit, which the reference's guard against 0 / 0 costs a precision of 1. */
function assertFigure(actual: number, expected: number): void {
  assertAlmostEquals(actual, expected, 1e-12);
}

Deno.test("evaluate() returns 1 for results equal to the truth", () => {
  const truth = truthOf(object(SQUARE), object(ELSEWHERE));
  const figures = evaluate(truth, [found(SQUARE, 0.9), found(ELSEWHERE, 0.8)]);
  assertFigure(figures.ap, 1);
  assertEquals([figures.ar1, figures.ar10, figures.ar100], [0.5, 1, 1]);
});

Deno.test("evaluate() averages precision over 101 recalls", () => {
  // Hit, miss, hit with 2 truths: precision 1 at 51 recalls, 2/3 at 50.
  const truth = truthOf(object(SQUARE), object(ELSEWHERE));
  const results = [found(SQUARE, 0.9), found([300, 0, 10, 10], 0.8), found(ELSEWHERE, 0.7)];
  assertFigure(evaluate(truth, results).ap, (51 + 50 * 2 / 3) / 101);
});

Deno.test("evaluate() counts an IoU equal to a threshold", () => {
  // An IoU of 0.5 reaches only the first of 10 thresholds.
  const figures = evaluate(truthOf(object(SQUARE)), [found([0, 0, 10, 5], 1)]);
  assertFigure(figures.ap50, 1);
  assertFigure(figures.ap, 0.1);
  assertFigure(figures.ar100, 0.1);
});

Deno.test("evaluate() counts the second result for one object as a miss", () => {
  // Hit, miss, hit: without the second result, precision would not fall to 2/3.
  const truth = truthOf(object(SQUARE), object(ELSEWHERE));
  const results = [found(SQUARE, 0.9), found(SQUARE, 0.8), found(ELSEWHERE, 0.7)];
  assertFigure(evaluate(truth, results).ap, (51 + 50 * 2 / 3) / 101);
});

Deno.test("evaluate() ignores results inside a crowd", () => {
  const region: CocoBox = [200, 200, 100, 100];
  const inside: CocoBox = [210, 210, 20, 20];
  const results = [found(inside, 0.9), found(inside, 0.8), found(SQUARE, 0.7)];
  const crowd = evaluate(truthOf(object(SQUARE), object(region, { iscrowd: 1 })), results);
  assertFigure(crowd.ap, 1);
  assertEquals(crowd.ar100, 1);

  // Counter-check: the same region as an object. The results inside have IoU 400 / 10000 and miss,
  // so the only hit is third: precision 1/3 at 51 recalls (0 to .50), 0 at the others.
  const asObject = evaluate(truthOf(object(SQUARE), object(region)), results);
  assertFigure(asObject.ap, 51 / 3 / 101);
  assertEquals(asObject.ar100, 0.5);
});

Deno.test("evaluate() counts an object of exactly 32² px as small and as medium", () => {
  const box: CocoBox = [0, 0, 32, 32];
  const figures = evaluate(truthOf(object(box)), [found(box, 1)]);
  assertFigure(figures.apSmall, 1);
  assertFigure(figures.apMedium, 1);
  assertEquals([figures.apLarge, figures.arLarge], [-1, -1]);
});

Deno.test("evaluate() ignores a miss outside the area range", () => {
  const results = [found([200, 200, 100, 100], 0.9), found(SQUARE, 0.8)];
  const figures = evaluate(truthOf(object(SQUARE)), results);
  assertFigure(figures.ap, 0.5);
  assertFigure(figures.apSmall, 1);
});

Deno.test("evaluate() uses the 100 best results per image and category", () => {
  const flood = Array.from({ length: 99 }, () => found(ELSEWHERE, 0.9));
  const truth = truthOf(object(SQUARE));
  assertEquals(evaluate(truth, [found(SQUARE, 0.1), ...flood]).ar100, 1);
  const one = found(ELSEWHERE, 0.9);
  assertEquals(evaluate(truth, [found(SQUARE, 0.1), ...flood, one]).ar100, 0);
  const other = found(ELSEWHERE, 0.9, { image_id: 2 });
  assertEquals(evaluate(truth, [found(SQUARE, 0.1), ...flood, other]).ar100, 1);
});

Deno.test("evaluate() uses the 10 best results for ar10 and the best for ar1", () => {
  const truth = truthOf(object(SQUARE));
  const recalls = (rank: number) => {
    const better = Array.from({ length: rank - 1 }, () => found(ELSEWHERE, 0.9));
    const { ar1, ar10, ar100 } = evaluate(truth, [...better, found(SQUARE, 0.1)]);
    return [ar1, ar10, ar100];
  };
  assertEquals([1, 2, 10, 11].map(recalls), [[1, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 1]]);
});

Deno.test("evaluate() ranks equal scores of one image by their order", () => {
  const truth = truthOf(object(SQUARE));
  assertFigure(evaluate(truth, [found(SQUARE, 0.5), found(ELSEWHERE, 0.5)]).ap, 1);
  assertFigure(evaluate(truth, [found(ELSEWHERE, 0.5), found(SQUARE, 0.5)]).ap, 0.5);
});

Deno.test("evaluate() ranks equal scores of two images by image id", () => {
  const results = [found(SQUARE, 0.5, { image_id: 2 }), found(SQUARE, 0.5)];
  const inFirst = truthOf(object(SQUARE));
  assertFigure(evaluate(inFirst, results).ap, 1);
  assertFigure(evaluate({ ...inFirst, images: inFirst.images.toReversed() }, results).ap, 1);
  assertFigure(evaluate(inFirst, results, { imageIds: [2, 1] }).ap, 1);
  assertFigure(evaluate(truthOf(object(SQUARE, { image_id: 2 })), results).ap, 0.5);
});

Deno.test("evaluate() excludes categories without truth from the mean", () => {
  const truth = {
    ...truthOf(object(SQUARE), object(SQUARE, { category_id: 5 })),
    categories: [{ id: 5, name: "dog" }, { id: 1, name: "cat" }, { id: 3, name: "cow" }],
  };
  const results = [found(SQUARE, 1), found(SQUARE, 1, { category_id: 3 })];
  const figures = evaluate(truth, results);
  assertFigure(figures.ap, 0.5); // 1 for the cat, 0 for the dog
  assertEquals(figures.perCategory.map(({ label }) => label), ["cat", "cow", "dog"]);
  assertEquals(figures.perCategory[1], { label: "cow", ap: -1, ap50: -1 });
  assertEquals(figures.perCategory[2], { label: "dog", ap: 0, ap50: 0 });
});

Deno.test("evaluate() returns -1 for no truth and 0 for no results", () => {
  const { ap, apSmall, ar1, perCategory } = evaluate(truthOf(), [found(SQUARE, 1)]);
  assertEquals([ap, apSmall, ar1, perCategory[0]?.ap50], [-1, -1, -1, -1]);
  const missed = evaluate(truthOf(object(SQUARE)), []);
  assertEquals([missed.ap, missed.apSmall, missed.apLarge, missed.ar1], [0, 0, -1, 0]);
});

Deno.test("evaluate() uses only the given images, each once", () => {
  const truth = truthOf(object(SQUARE), object(SQUARE, { image_id: 2 }));
  const results = [found(SQUARE, 1)];
  assertEquals(evaluate(truth, results).ar100, 0.5);
  assertEquals(evaluate(truth, results, { imageIds: [1, 1] }).ar100, 1);
  assertEquals(evaluate(truth, results, { imageIds: [2] }).ar100, 0);
  assertEquals(evaluate(truth, results, { imageIds: [] }).ar100, -1);
});

Deno.test("evaluate() ignores results of categories that the truth does not name", () => {
  const results = [found(SQUARE, 0.9, { category_id: 7 }), found(SQUARE, 0.8)];
  assertFigure(evaluate(truthOf(object(SQUARE)), results).ap, 1);
});

Deno.test("evaluate() refuses input that the reference would measure wrongly", () => {
  const annotation = object(SQUARE);
  const truth = truthOf(annotation);
  const refuse = (message: string, wrong: Parameters<typeof evaluate>) =>
    assertThrows(() => evaluate(...wrong), RangeError, message);
  refuse("current image_id is 3", [truth, [found(SQUARE, 1, { image_id: 3 })]]);
  refuse("current values are 0,0,10,10, NaN", [truth, [found(SQUARE, NaN)]]);
  refuse("current values are NaN,0,10,10, 1", [truth, [found([NaN, 0, 10, 10], 1)]]);
  refuse("must not be 0", [{ ...truth, annotations: [{ ...annotation, id: 0 }] }, []]);
  refuse("1 is repeated", [{ ...truth, annotations: [annotation, annotation] }, []]);
  refuse("1 is repeated", [
    { ...truth, categories: [...truth.categories, { id: 1, name: "dog" }] },
    [],
  ]);
});
