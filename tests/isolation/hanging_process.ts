import { Worker } from "node:worker_threads";
import { createDetector } from "../../src/detect/detector.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { serveProcess } from "../../src/platforms/host/process/serve_process.ts";

// Worker process of a real detector. An image of one byte makes it fail: 0 hangs in the decoder,
// 1 hangs in the engine, 2 throws an unexpected error, 3 exits, 4 loses a thread and waits.
await serveProcess(async ({ threads, folder, ...options }) => {
  const runtime = await hostRuntime({ threads, models: new URL(folder) });
  const detector = await createDetector(runtime, options);
  return {
    ...detector,
    async detect(image, detectOptions, call) {
      if (!(image instanceof Uint8Array) || image.length > 1) {
        return detector.detect(image, detectOptions, call);
      }
      if (image[0] === 2) throw new Error("an unexpected error");
      if (image[0] === 3) Deno.exit(9);
      if (image[0] === 1) {
        call?.onDecoded?.(1);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (image[0] === 4) {
        // Deno does not report a thread that ends while it starts.
        new Worker("setTimeout(() => process.exit(5), 300)", { eval: true });
        await new Promise(() => {});
      }
      while (true);
    },
  };
});
