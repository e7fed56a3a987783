import { createDetector } from "../../src/detect/detector.ts";
import { denoRuntime } from "../../src/runtime/deno_runtime.ts";
import { serveWorker, type WorkerPort } from "../../src/runtime/serve_worker.ts";

// A real detector's worker, which hangs as a decoder or an engine would: by a body of one byte, 0
// before the picture is decoded and 1 after; 2 throws where nobody foresaw it.
serveWorker(globalThis as unknown as WorkerPort, async ({ threads, folder, ...options }) => {
  const runtime = await denoRuntime({ threads, models: new URL(folder) });
  const detector = await createDetector(runtime, options);
  return {
    ...detector,
    detect(bytes, asked, call) {
      if (bytes.length > 1) return detector.detect(bytes, asked, call);
      if (bytes[0] === 2) throw new Error("nobody foresaw this");
      if (bytes[0] === 1) call?.onDecoded?.();
      // Unlike an endless loop, it takes no processor from the tests that follow.
      return Promise.reject(Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    },
  };
});
