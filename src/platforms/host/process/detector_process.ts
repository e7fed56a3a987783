import { createDetector } from "../../../detect/detector.ts";
import { hostRuntime } from "../runtime.ts";
import { serveProcess } from "./serve_process.ts";

// Program of a worker process that serves one detector. start_pool.ts starts the process.
await serveProcess(async ({ threads, folder, ...options }) => {
  const { engine, codec } = options;
  const runtime = await hostRuntime({ threads, models: new URL(folder), engine, codec });
  return await createDetector(runtime, options);
});
