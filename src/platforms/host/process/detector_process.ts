import { createDetector } from "../../../detect/detector.ts";
import { hostRuntime } from "../runtime.ts";
import { serveProcess } from "./serve_process.ts";

// The script of the processes that `start_detector.ts` starts.
await serveProcess(async ({ threads, folder, ...options }) => {
  const runtime = await hostRuntime({ threads, models: new URL(folder) });
  return await createDetector(runtime, options);
});
