import type { DetectResult, StageTimes } from "../../src/ports/detector.ts";
import type { RecordedSpan, RequestTrace } from "../http/request_trace.ts";

/** Stages of a detection, in the order in which they run. */
const STAGES = ["decode", "preprocess", "inference", "postprocess"] as const;

/**
 * Runs a detection and records it as a span `detect` in the trace of a request. The wait in the
 * queue and each stage are spans below it.
 *
 * @param trace Trace of the request. Unset: nothing is recorded.
 * @param run Detects objects. The argument must be called when the detection leaves the queue.
 */
export async function traceDetection(
  trace: RequestTrace | undefined,
  model: string,
  run: (onStarted?: () => void) => Promise<DetectResult>,
): Promise<DetectResult> {
  if (trace === undefined) return await run();
  const start = performance.now();
  let startedAt: number | undefined;
  const record = (span: Pick<RecordedSpan, "error" | "attributes">, times?: StageTimes) => {
    const end = performance.now();
    const children = stageSpans(start, startedAt ?? (times && start), end, times);
    const attributes = { "retinanet.model.id": model, ...span.attributes };
    trace.record({ name: "detect", start, end, children, ...span, attributes });
  };
  try {
    const result = await run(() => startedAt = performance.now());
    record({ attributes: attributesOf(result) }, result.timing);
    return result;
  } catch (error) {
    record({ error });
    throw error;
  }
}

/**
 * Returns the spans of a detection.
 *
 * A worker process measures the stages with its own clock. Therefore only their durations count: the
 * last stage ends when the result has arrived. The image takes longer to the worker than the result
 * takes back.
 *
 * @param startedAt End of the wait in the queue. Unset: the detection has never left the queue.
 * @param times Durations of the stages. Unset: the detection failed.
 */
export function stageSpans(
  start: number,
  startedAt: number | undefined,
  end: number,
  times: StageTimes | undefined,
): RecordedSpan[] {
  const queue = { name: "queue", start, end: startedAt ?? end };
  if (startedAt === undefined || times === undefined) return [queue];
  const sum = STAGES.reduce((total, stage) => total + times[stage], 0);
  let at = Math.max(startedAt, end - sum);
  const stages = STAGES.map((name) => {
    const began = at;
    at = Math.min(end, at + times[name]);
    return { name, start: began, end: at };
  });
  return [queue, ...stages];
}

function attributesOf({ image, engine, detections }: DetectResult) {
  return {
    "retinanet.engine": engine.provider,
    "retinanet.engine.threads": engine.threads,
    "retinanet.image.width": image.width,
    "retinanet.image.height": image.height,
    "retinanet.detections": detections.length,
  };
}
