import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { CocoAnnotation, CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import { type CocoFigures, evaluate } from "../../src/eval/evaluate.ts";
import {
  randomFigures,
  randomResults,
  randomTruth,
  subset,
  subsetFigures,
  type TwelveFigures,
} from "./random_golden.ts";

function assertAgree(actual: CocoFigures, expected: TwelveFigures): void {
  const { perCategory: _, ...twelve } = expected as CocoFigures;
  assertEquals(Object.keys(twelve).length, 12);
  for (const [name, value] of Object.entries(twelve)) {
    assertAlmostEquals(actual[name as keyof TwelveFigures], value, 1e-9, name);
  }
}

Deno.test("evaluate() agrees with pycocotools on random data", () => {
  const figures = evaluate(randomTruth, randomResults);
  assertAgree(figures, randomFigures);
  assertEquals(figures.perCategory.length, 6);
  figures.perCategory.forEach(({ label, ap, ap50 }, i) => {
    const expected = randomFigures.perCategory[i]!;
    assertEquals(label, expected.label);
    assertAlmostEquals(ap, expected.ap, 1e-9, label);
    assertAlmostEquals(ap50, expected.ap50, 1e-9, label);
  });
});

Deno.test("evaluate() agrees with pycocotools on some of the images", () => {
  assertAgree(evaluate(randomTruth, randomResults, { imageIds: subset }), subsetFigures);
});

/** Returns the random truth with other annotations. */
function withAnnotations(annotations: readonly CocoAnnotation[]): CocoDataset {
  return { ...randomTruth, annotations };
}

/** Inputs that break one rule each, with a figure that must then differ from the golden one. */
const COUNTER_CHECKS: readonly [
  rule: string,
  figure: keyof TwelveFigures,
  truth: CocoDataset,
  results: readonly CocoResult[],
][] = [
  [
    "crowds are dropped",
    "ap",
    withAnnotations(randomTruth.annotations.filter(({ iscrowd }) => iscrowd === 0)),
    randomResults,
  ],
  [
    "crowds count as objects",
    "ap",
    withAnnotations(randomTruth.annotations.map((truth) => ({ ...truth, iscrowd: 0 }))),
    randomResults,
  ],
  [
    "areas are those of the boxes",
    "apSmall",
    withAnnotations(
      randomTruth.annotations.map((truth) => ({ ...truth, area: truth.bbox[2] * truth.bbox[3] })),
    ),
    randomResults,
  ],
  [
    "limits belong to one area range only",
    "apMedium",
    withAnnotations(
      randomTruth.annotations.map((truth) => ({ ...truth, area: Math.max(0, truth.area - 1e-6) })),
    ),
    randomResults,
  ],
  ["equal scores are reversed", "ap", randomTruth, randomResults.toReversed()],
];

for (const [rule, figure, truth, results] of COUNTER_CHECKS) {
  Deno.test(`evaluate() differs from the golden figures if ${rule}`, () => {
    const distance = Math.abs(evaluate(truth, results)[figure] - randomFigures[figure]);
    assert(distance > 1e-4, `${figure} differs only by ${distance}`);
  });
}
