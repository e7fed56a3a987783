import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { anchorCount, anchorOffset, headsOf, type LevelHeads } from "../../src/detect/heads.ts";
import { softmaxHeads } from "../../src/detect/softmax_heads.ts";
import { between, seededRandom } from "../random.ts";
import { type Fill, makeOutputs, remember } from "./make_outputs.ts";
import { decoded, layouts, varied } from "../manifest/small_manifest.ts";

const INPUT = { width: 32, height: 24 };

/** Returns the numbers of a level: `[anchor][class]`. */
function numbersOf({ anchors, scores }: LevelHeads): number[][] {
  return Array.from({ length: anchorCount(anchors) }, (_, anchor) => {
    const at = anchorOffset(scores, anchors, anchor);
    return [0, 1, 2].map((channel) => scores.data[at + channel * scores.channelStep]!);
  });
}

/** Computes e^x over the sum of e^x. */
function naiveSoftmax(logits: readonly number[]): number[] {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
}

/** Applies softmaxHeads() to one anchor. */
function softmax(logits: readonly number[]): number[] {
  const scores = { data: Float32Array.from(logits), shape: [1, 1, 3] };
  const deltas = { data: new Float32Array(4), shape: [1, 1, 4] };
  const level = headsOf(decoded, { scores, deltas }, INPUT)[0]!;
  return numbersOf(softmaxHeads(level))[0]!;
}

for (const outputs of layouts) {
  const layout = outputs.kind === "joined" ? "joined" : outputs.layout;

  Deno.test(`softmaxHeads() equals the definition on ${layout} heads`, () => {
    const random = seededRandom(40);
    const manifest = varied({ outputs });
    const scores: Fill = remember(() => between(random, -20, 20));
    const levels = headsOf(manifest, makeOutputs(manifest, INPUT, scores, () => 0), INPUT);
    for (const level of levels) {
      const [logits, found] = [numbersOf(level), numbersOf(softmaxHeads(level))];
      found.forEach((row, anchor) => {
        naiveSoftmax(logits[anchor]!).forEach((score, i) =>
          assertAlmostEquals(row[i]!, score, 1e-7)
        );
        assertAlmostEquals(row.reduce((sum, score) => sum + score), 1, 1e-6);
      });
    }
  });

  Deno.test(`softmaxHeads() changes neither logits, deltas nor anchors of ${layout} heads`, () => {
    const manifest = varied({ outputs });
    const tensors = makeOutputs(manifest, INPUT, ({ channel }) => channel, () => 5);
    const level = headsOf(manifest, tensors, INPUT)[0]!;
    const before = level.scores.data.slice();
    const found = softmaxHeads(level);
    assertEquals(level.scores.data, before);
    assert(found.deltas === level.deltas && found.anchors === level.anchors);
    assertEquals(found.scores.channels, 3);
  });
}

const THIRD = Math.fround(1 / 3);

const ROWS: readonly (readonly [logits: readonly number[], scores: readonly number[]])[] = [
  [[0, 0, 0], [THIRD, THIRD, THIRD]],
  // 1 : 2 : 5.
  [[0, Math.log(2), Math.log(5)], [1 / 8, 2 / 8, 5 / 8]],
  // A constant added to all logits changes nothing.
  [[90, 90 + Math.log(2), 90 + Math.log(5)], [1 / 8, 2 / 8, 5 / 8]],
  [[1000, 1000, 1000], [THIRD, THIRD, THIRD]],
  [[-1000, -1000, -1000], [THIRD, THIRD, THIRD]],
  [[1000, 0, -1000], [1, 0, 0]],
  [[-1000, 1000, 1000], [0, 0.5, 0.5]],
  [[-Infinity, 0, 0], [0, 0.5, 0.5]],
];

for (const [logits, scores] of ROWS) {
  Deno.test(`softmaxHeads() turns logits [${logits}] into [${scores}]`, () => {
    softmax(logits).forEach((score, i) => assertAlmostEquals(score, scores[i]!, 1e-6));
  });
}

Deno.test("softmaxHeads() returns NaN for a row with NaN, +∞ or only −∞", () => {
  for (const logits of [[NaN, 0, 0], [Infinity, 0, 0], [-Infinity, -Infinity, -Infinity]]) {
    assert(softmax(logits).every(Number.isNaN), `${softmax(logits)}`);
  }
});
