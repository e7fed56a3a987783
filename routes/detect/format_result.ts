import type { Detection, DetectResult, StageTimes } from "../../src/ports/detector.ts";
import { type BoxForm, formatBox } from "./box_form.ts";

/**
 * Builds the JSON of a detection result. Rounds pixels and milliseconds to 0.01, and scores to 5
 * decimal digits.
 */
export function formatResult(
  result: DetectResult,
  form: BoxForm = {},
): Record<string, unknown> {
  const { model, image, detections, timing } = result;
  const { provider, threads, precision } = result.engine;
  return {
    model,
    image,
    detections: detections.map((detection) => ({
      ...roundDetection(detection),
      ...formatBox(detection.box, image, form),
    })),
    engine: { provider, threads, ...(precision && { precision }) },
    timing: {
      decode: roundTo(timing.decode, 2),
      preprocess: roundTo(timing.preprocess, 2),
      inference: roundTo(timing.inference, 2),
      postprocess: roundTo(timing.postprocess, 2),
      total: roundTo(timing.total, 2),
    },
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

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
