import { createDetector } from "../../src/detect/detector.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { serveProcess } from "../../src/platforms/host/process/serve_process.ts";

// A real detector's process, which fails as a decoder or an engine would, by a body of one byte:
// 0 never comes back from decoding, 1 never from the engine, 2 throws what nobody foresaw, 3 ends.
await serveProcess(async ({ threads, folder, ...options }) => {
  const runtime = await hostRuntime({ threads, models: new URL(folder) });
  const detector = await createDetector(runtime, options);
  return {
    ...detector,
    async detect(bytes, asked, call) {
      if (!(bytes instanceof Uint8Array) || bytes.length > 1) {
        return detector.detect(bytes, asked, call);
      }
      if (bytes[0] === 2) throw new Error("nobody foresaw this");
      if (bytes[0] === 3) Deno.exit(9);
      if (bytes[0] === 1) {
        call?.onDecoded?.();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      while (true);
    },
  };
});
