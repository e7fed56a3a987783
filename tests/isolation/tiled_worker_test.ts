import { assert, assertEquals, assertLess } from "@std/assert";
import type { LoadRequest, WorkerRequest, WorkerResponse } from "../../src/isolation/protocol.ts";
import { serveWorker, type WorkerPort } from "../../src/isolation/serve_worker.ts";
import { workerDetector } from "../../src/isolation/worker_detector.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { assertRejectsDomainError } from "../testing.ts";
import { rectangles, whiteBoxDetector } from "../detect/white_box_detector.ts";

const IMAGE = rectangles(640, 640, [[100, 100, 200, 200]]);
const TILED = { tiles: "4x4" };
const LOAD: LoadRequest = {
  ...{ model: "small", folder: "", engine: "wasm", limits: DEFAULT_IMAGE_LIMITS },
};

/** Opens a detector of white rectangles behind the protocol of workers, on this thread. */
async function opened() {
  const { detector: inner, session } = whiteBoxDetector();
  const { port1, port2 } = new MessageChannel();
  const port: WorkerPort = {
    onmessage: null,
    postMessage: (message) => port2.postMessage(message),
  };
  serveWorker(port, (): Promise<Detector> => Promise.resolve(inner));
  port2.onmessage = (event: MessageEvent<WorkerRequest>) => port.onmessage?.(event);
  const worker = {
    onmessage: null as ((event: MessageEvent<WorkerResponse>) => void) | null,
    onerror: null,
    postMessage: (message: WorkerRequest) => port1.postMessage(message),
    terminate: () => (port1.close(), port2.close()),
  };
  port1.onmessage = (event: MessageEvent<WorkerResponse>) => worker.onmessage?.(event);
  return { detector: await workerDetector(worker, LOAD), session };
}

Deno.test("workerDetector() reports each tile, and gives the same answer as without a worker", async () => {
  const { detector } = await opened();
  let decoded = 0;
  const onDecoded = () => decoded++;
  const { timing: _, ...result } = await detector.detect(IMAGE, TILED, { onDecoded });
  const { timing: __, ...expected } = await whiteBoxDetector().detector.detect(IMAGE, TILED);
  assertEquals(result, expected);
  assertEquals(decoded, 17);
  await detector.close();
});

Deno.test("workerDetector() cancels an image between its tiles", async () => {
  const { detector, session } = await opened();
  const controller = new AbortController();
  let decoded = 0;
  const onDecoded = () => ++decoded === 3 ? controller.abort() : undefined;
  const { signal } = controller;
  await assertRejectsDomainError(
    detector.detect(IMAGE, TILED, { signal, onDecoded }),
    "client-gone",
  );
  assertLess(session.runs, 10);
  assertEquals((await detector.detect(IMAGE)).detections.length, 1);
  await detector.close();
});

Deno.test("workerDetector() runs another image between two tiles", async () => {
  const { detector, session } = await opened();
  const tiled = detector.detect(IMAGE, TILED);
  await detector.detect(IMAGE);
  assertLess(session.runs, 10);
  await tiled;
  assertEquals(session.runs, 18);
  await detector.close();
});

Deno.test("workerDetector() does not count the run of another image as decoding", async () => {
  const sent: WorkerRequest[] = [];
  const worker = {
    onmessage: null as ((event: MessageEvent<WorkerResponse>) => void) | null,
    onerror: null,
    postMessage: (message: WorkerRequest) => void sent.push(message),
    terminate: () => {},
  };
  const answer = (data: WorkerResponse) =>
    worker.onmessage?.(new MessageEvent("message", { data }));
  const opening = workerDetector(worker, LOAD, { decodeMs: 20, runMs: 60_000 });
  const { model, engine } = whiteBoxDetector().detector;
  answer({ kind: "ready", model, engine });
  const detector = await opening;
  const tiled = assertRejectsDomainError(detector.detect(IMAGE, TILED), "worker-crashed");
  answer({ kind: "decoded", id: 1, elements: 1 });
  let hasEnded = false;
  const beside = assertRejectsDomainError(detector.detect(IMAGE), "decode-timeout")
    .finally(() => hasEnded = true);
  // The worker runs the model on a tile for longer than an image may take to decode.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(!hasEnded);
  answer({ kind: "paused", id: 1 });
  // From here on, the worker decodes for too long.
  await Promise.all([tiled, beside]);
  assertEquals(sent.map(({ kind }) => kind), ["load", "detect", "detect"]);
});
