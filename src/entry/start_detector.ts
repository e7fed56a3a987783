import type { Detector } from "../ports/detector.ts";
import { workerDetector } from "../runtime/worker_detector.ts";
import type { LoadRequest } from "../runtime/worker_messages.ts";

/** Starts a detector in a Web Worker of its own. */
export function startDetector(load: LoadRequest): Promise<Detector> {
  const script = new URL("./detector_worker.ts", import.meta.url);
  return workerDetector(new Worker(script, { type: "module" }), load);
}
