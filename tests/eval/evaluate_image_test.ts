import { assertEquals } from "@std/assert";
import { evaluateImage, imagePair, Outcome } from "../../src/eval/evaluate_image.ts";
import { AREA_RANGES } from "../../src/eval/protocol.ts";
import { found, object } from "./tiny.ts";

Deno.test("evaluateImage() uses the outline's area of a truth and the box's area of a result", () => {
  // The box has 40 · 40 = 1600 px², which is medium; the outline has 1000 px², which is small.
  const truth = object([0, 0, 40, 40], { area: 1000 });
  const pair = imagePair([truth], [found([0, 0, 40, 40], 0.9), found([100, 0, 40, 40], 0.8)]);
  const small = evaluateImage(pair, AREA_RANGES.small);
  assertEquals([...small.outcomes[0]!], [Outcome.hit, Outcome.ignored]);
  assertEquals(small.truthCount, 1);
  const medium = evaluateImage(pair, AREA_RANGES.medium);
  assertEquals([...medium.outcomes[0]!], [Outcome.ignored, Outcome.miss]);
  assertEquals(medium.truthCount, 0);
});

Deno.test("evaluateImage() classifies at each IoU threshold separately", () => {
  // An IoU of 0.7 reaches the thresholds .50 to .70, but not .75 to .95.
  const pair = imagePair([object([0, 0, 10, 10])], [found([0, 0, 10, 7], 1)]);
  const { outcomes } = evaluateImage(pair, AREA_RANGES.all);
  const { hit, miss } = Outcome;
  assertEquals(
    outcomes.map(([outcome]) => outcome),
    [...Array(5).fill(hit), ...Array(5).fill(miss)],
  );
});

Deno.test("evaluateImage() sorts results by score and keeps the order of equal scores", () => {
  const square = (x: number) => [x, 0, 10, 10] as const;
  const results = [found(square(0), 0.5), found(square(20), 0.7), found(square(40), 0.5)];
  const pair = imagePair([object(square(0))], results);
  const { scores, outcomes } = evaluateImage(pair, AREA_RANGES.all);
  assertEquals(scores, [0.7, 0.5, 0.5]);
  assertEquals([...outcomes[0]!], [Outcome.miss, Outcome.hit, Outcome.miss]);
});
