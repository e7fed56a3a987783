import { createDetector } from "../../../detect/detector.ts";
import { hostRuntime } from "../runtime.ts";
import { serveProcess } from "./serve_process.ts";

// Script of the worker processes that start_pool.ts starts.
await serveProcess(async ({ threads, folder, ...options }) => {
  const runtime = await hostRuntime({ threads, models: new URL(folder) });
  return await createDetector(runtime, options);
});
