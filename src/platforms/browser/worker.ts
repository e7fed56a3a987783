import { createDetector } from "../../detect/detector.ts";
import { serveWorker, type WorkerPort } from "../../isolation/serve_worker.ts";
import { memoryModelStore } from "../../embed/memory_store.ts";
import type { WebWorkerLoadRequest } from "./load_request.ts";
import { browserRuntime } from "./runtime.ts";

// This file is the script of the Web Worker that start_worker.ts starts.
serveWorker<WebWorkerLoadRequest>(
  globalThis as unknown as WorkerPort<WebWorkerLoadRequest>,
  async ({ manifest, graph, data, assets, threads, engine, limits }) => {
    const models = memoryModelStore(manifest, graph, data);
    const runtime = await browserRuntime({ assets, models, threads });
    return await createDetector(runtime, { model: "sent", engine, limits });
  },
);
