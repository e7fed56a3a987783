import { assertEquals } from "@std/assert";
import { imagePair, evaluateImage, Outcome } from "../../src/eval/evaluate_image.ts";
import { AREA_RANGES } from "../../src/eval/protocol.ts";
import { found, object } from "./tiny.ts";

Deno.test("evaluateImage() goes by the outline's area for truth and by the box's for results", () => {
  // The box holds 40 · 40 = 1600 px², which is medium; the outline 1000 px², which is small.
  const truth = object([0, 0, 40, 40], { area: 1000 });
  const pair = imagePair([truth], [found([0, 0, 40, 40], 0.9), found([100, 0, 40, 40], 0.8)]);
  const small = evaluateImage(pair, AREA_RANGES.small);
  assertEquals([...small.outcomes[0]], [Outcome.hit, Outcome.ignored]);
  assertEquals(small.truthCount, 1);
  const medium = evaluateImage(pair, AREA_RANGES.medium);
  assertEquals([...medium.outcomes[0]], [Outcome.ignored, Outcome.miss]);
  assertEquals(medium.truthCount, 0);
});

Deno.test("evaluateImage() judges each IoU threshold by itself", () => {
  // 70 of 100 px²: .50 to .70 are reached, .75 to .95 are not.
  const pair = imagePair([object([0, 0, 10, 10])], [found([0, 0, 10, 7], 1)]);
  const { outcomes } = evaluateImage(pair, AREA_RANGES.all);
  const { hit, miss } = Outcome;
  assertEquals(
    outcomes.map(([outcome]) => outcome),
    [...Array(5).fill(hit), ...Array(5).fill(miss)],
  );
});

Deno.test("evaluateImage() sorts the results by score and keeps the order of equal ones", () => {
  const boxes = [0, 20, 40].map((x) => [x, 0, 10, 10] as const);
  const results = [found(boxes[0], 0.5), found(boxes[1], 0.7), found(boxes[2], 0.5)];
  const { scores, outcomes } = evaluateImage(imagePair([object(boxes[0])], results), AREA_RANGES.all);
  assertEquals(scores, [0.7, 0.5, 0.5]);
  assertEquals([...outcomes[0]], [Outcome.miss, Outcome.hit, Outcome.miss]);
});
