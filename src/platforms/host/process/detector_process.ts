import { createDetector } from "../../../detect/detector.ts";
import { hostRuntime } from "../runtime.ts";
import { serveProcess } from "./serve_process.ts";

// Program of a worker process that serves one detector. start_pool.ts starts the process.
await serveProcess(async ({ threads, folder, codec, variants, ...options }) => {
  const { engine } = options;
  const models = new URL(folder);
  const runtime = await hostRuntime({ threads, models, engine, codec, variants });
  return await createDetector(runtime, options);
});
