import { headAt, type LevelHeads, rows } from "./heads.ts";

/**
 * A level whose class logits became probabilities: e^x over the sum of all classes, background
 * too. Other than a sigmoid it needs all logits of an anchor, so here the head is copied.
 */
export function softmaxHeads({ anchors, scores, deltas }: LevelHeads): LevelHeads {
  const { channels, channelStep, data } = scores;
  const count = anchors.grid.width * anchors.grid.height * anchors.perCell;
  const probabilities = new Float32Array(count * channels);
  const exponentials = new Float64Array(channels);
  for (let anchor = 0; anchor < count; anchor++) {
    const at = headAt(scores, anchors, anchor);
    let largest = -Infinity;
    for (let c = 0; c < channels; c++) largest = Math.max(largest, data[at + c * channelStep]);
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      exponentials[c] = Math.exp(data[at + c * channelStep] - largest);
      sum += exponentials[c];
    }
    for (let c = 0; c < channels; c++) {
      probabilities[anchor * channels + c] = exponentials[c] / sum;
    }
  }
  return { anchors, deltas, scores: rows(probabilities, 0, anchors, channels) };
}
