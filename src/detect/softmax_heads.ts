import { anchorCount, anchorOffset, channelsLast, type LevelHeads } from "./heads.ts";

/**
 * Replaces the class logits of a level by probabilities: the softmax over all classes, including
 * the background.
 *
 * The probabilities are computed for all anchors, because the score threshold applies to
 * probabilities.
 */
export function softmaxHeads({ anchors, scores, deltas }: LevelHeads): LevelHeads {
  const { channels, channelStep, data } = scores;
  const count = anchorCount(anchors);
  const probabilities = new Float32Array(count * channels);
  const exponentials = new Float64Array(channels);
  for (let anchor = 0; anchor < count; anchor++) {
    const at = anchorOffset(scores, anchors, anchor);
    // Subtracting the largest logit keeps every e^x finite.
    let largest = -Infinity;
    for (let c = 0; c < channels; c++) largest = Math.max(largest, data[at + c * channelStep]!);
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const exponential = Math.exp(data[at + c * channelStep]! - largest);
      exponentials[c] = exponential;
      sum += exponential;
    }
    for (let c = 0; c < channels; c++) {
      probabilities[anchor * channels + c] = exponentials[c]! / sum;
    }
  }
  // In `probabilities`, the channels are the last dimension for every layout of the logits.
  return { anchors, deltas, scores: channelsLast(probabilities, anchors, channels) };
}
