import { assertEquals, assertRejects } from "@std/assert";
import { stageSpans, traceDetection } from "../../../routes/detect/trace_detection.ts";
import type { RecordedSpan } from "../../../routes/http/request_trace.ts";
import { DomainError } from "../../../src/core/domain_error.ts";
import type { DetectResult } from "../../../src/ports/detector.ts";

const TIMES = { decode: 5, preprocess: 2, inference: 20, postprocess: 3, total: 30 };
const RESULT: DetectResult = {
  model: "everyday8",
  image: { width: 6, height: 4 },
  detections: [],
  engine: { provider: "wasm", threads: 2, reason: "it is a test" },
  timing: TIMES,
};

for (
  const [claim, [start, startedAt, end], times, expected] of [
    // The stages take 5 + 2 + 20 + 3 = 30 of the 40 ms after the queue, so the first begins at 70.
    ["ends the last stage with the result", [50, 60, 100], TIMES, "50-60 70-75 75-77 77-97 97-100"],
    [
      "begins no stage before its detection",
      [50, 80, 100],
      TIMES,
      "50-80 80-85 85-87 87-100 100-100",
    ],
    ["has only a queue without times", [50, 60, 100], undefined, "50-60"],
    [
      "lets a detection that never began wait to its end",
      [50, undefined, 100],
      undefined,
      "50-100",
    ],
  ] as const
) {
  Deno.test(`stageSpans() ${claim}`, () => {
    const spans = stageSpans(start, startedAt, end, times);
    assertEquals(spans.map(({ start, end }) => `${start}-${end}`).join(" "), expected);
    const names = ["queue", "decode", "preprocess", "inference", "postprocess"];
    assertEquals(spans.map(({ name }) => name), names.slice(0, spans.length));
  });
}

Deno.test("traceDetection() records the model, the engine, the image and the detections", async () => {
  const { spans, trace } = recorder();
  const result = await traceDetection(trace, "everyday8", (onStarted) => {
    onStarted?.();
    return Promise.resolve(RESULT);
  });
  assertEquals(result, RESULT);
  const [{ name, attributes, children = [], error }] = spans as [RecordedSpan];
  assertEquals([name, children.length, error], ["detect", 5, undefined]);
  assertEquals(attributes, {
    "retinanet.model.id": "everyday8",
    "retinanet.engine": "wasm",
    "retinanet.engine.threads": 2,
    "retinanet.image.width": 6,
    "retinanet.image.height": 4,
    "retinanet.detections": 0,
  });
});

Deno.test("traceDetection() records stages of a detector without a queue", async () => {
  const { spans, trace } = recorder();
  await traceDetection(trace, "everyday8", () => Promise.resolve(RESULT));
  assertEquals(spans[0]!.children?.map(({ name }) => name).slice(0, 2), ["queue", "decode"]);
  const [queue] = spans[0]!.children!;
  assertEquals(queue!.end, queue!.start);
});

Deno.test("traceDetection() records an error and throws it", async () => {
  const { spans, trace } = recorder();
  const busy = new DomainError("busy", "Cannot detect as the queue is full");
  await assertRejects(() => traceDetection(trace, "m", () => Promise.reject(busy)), DomainError);
  assertEquals([spans[0]!.error, spans[0]!.children!.length], [busy, 1]);
});

Deno.test("traceDetection() passes no callback without a trace", async () => {
  let passed: unknown = "none";
  await traceDetection(undefined, "m", (onStarted) => {
    passed = onStarted;
    return Promise.resolve(RESULT);
  });
  assertEquals(passed, undefined);
});

/** Returns a trace that keeps its spans. */
function recorder() {
  const spans: RecordedSpan[] = [];
  const trace = { record: (span: RecordedSpan) => void spans.push(span), keepOpen: () => () => {} };
  return { spans, trace };
}
