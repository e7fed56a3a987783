import { createDetector } from "../detect/detector.ts";
import { denoRuntime } from "../runtime/deno_runtime.ts";
import { serveWorker, type WorkerPort } from "../runtime/serve_worker.ts";

// The script of the Web Worker that `start_detector.ts` starts.
serveWorker(globalThis as unknown as WorkerPort, async ({ threads, folder, ...options }) => {
  const runtime = await denoRuntime({ threads, models: new URL(folder) });
  return await createDetector(runtime, options);
});
