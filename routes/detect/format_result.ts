import type { Size } from "../../src/core/size.ts";
import type { Detection, DetectResult, Explanation, StageTimes } from "../../src/ports/detector.ts";
import { type BoxForm, formatBox } from "./box_form.ts";

/**
 * Builds the JSON of a detection result. Rounds pixels and milliseconds to 0.01, and scores to 5
 * decimal digits.
 */
export function formatResult(
  result: DetectResult,
  form: BoxForm = {},
): Record<string, unknown> {
  const { model, image, detections, timing, tiles } = result;
  const { provider, threads, precision, codec } = result.engine;
  return {
    model,
    image,
    detections: detections.map((detection) => formatDetection(detection, image, form)),
    ...tiles && { tiles },
    engine: { provider, threads, ...(precision && { precision }), ...(codec && { codec }) },
    timing: {
      decode: roundTo(timing.decode, 2),
      preprocess: roundTo(timing.preprocess, 2),
      inference: roundTo(timing.inference, 2),
      postprocess: roundTo(timing.postprocess, 2),
      total: roundTo(timing.total, 2),
    },
  };
}

/** Builds the JSON of a detection. */
export function formatDetection(
  detection: Detection,
  image: Size,
  form: BoxForm = {},
): Record<string, unknown> {
  const { explanation } = detection;
  return {
    ...roundDetection(detection),
    ...formatBox(detection.box, image, form),
    ...explanation && { explanation: formatExplanation(explanation, image, form) },
  };
}

/** Builds the JSON of an explanation. An infinite logit becomes null, as JSON has no infinity. */
function formatExplanation(
  explanation: Explanation,
  image: Size,
  form: BoxForm,
): Record<string, unknown> {
  const { level, stride, cell, anchor, logit, networkScore } = explanation;
  return {
    level,
    stride,
    cell,
    anchor: {
      index: anchor.index,
      size: anchor.size && roundTo(anchor.size, 2),
      ratio: anchor.ratio && roundTo(anchor.ratio, 4),
    },
    logit: logit === null ? null : roundTo(logit, 5),
    networkScore: roundTo(networkScore, 5),
    suppressedCount: explanation.suppressedCount,
    suppressed: explanation.suppressed.map((candidate) => ({
      ...roundDetection(candidate),
      ...formatBox(candidate.box, image, form),
      iou: roundTo(candidate.iou, 4),
    })),
  };
}

/** Rounds the score of a detection to 5 decimal digits, and its box to 0.01 pixels. */
export function roundDetection({ label, classId, score, box }: Detection): Detection {
  const { xmin, ymin, xmax, ymax } = box;
  return {
    label,
    classId,
    score: roundTo(score, 5),
    box: {
      xmin: roundTo(xmin, 2),
      ymin: roundTo(ymin, 2),
      xmax: roundTo(xmax, 2),
      ymax: roundTo(ymax, 2),
    },
  };
}

/**
 * Formats the durations of the stages of a detection for the response header `Server-Timing` (W3C
 * Server Timing, section 3).
 */
export function serverTiming(timing: StageTimes): string {
  const stages = Object.entries(timing) as [keyof StageTimes, number][];
  return stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`).join(", ");
}

/** Returns the total time of each stage for all images of a request. */
export function sumOfTimings(results: readonly Pick<DetectResult, "timing">[]): StageTimes {
  const sum = (stage: keyof StageTimes) =>
    results.reduce((total, { timing }) => total + timing[stage], 0);
  return {
    decode: sum("decode"),
    preprocess: sum("preprocess"),
    inference: sum("inference"),
    postprocess: sum("postprocess"),
    total: sum("total"),
  };
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
