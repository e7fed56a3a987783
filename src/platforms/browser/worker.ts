import { createDetector } from "../../detect/detector.ts";
import { serveWorker, type WorkerPort } from "../../isolation/serve_worker.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import type { WebWorkerLoadRequest } from "./load_request.ts";
import { browserRuntime } from "./runtime.ts";

// This file is the script of the Web Worker that start_worker.ts starts.
serveWorker<WebWorkerLoadRequest>(
  globalThis as unknown as WorkerPort<WebWorkerLoadRequest>,
  async ({ manifest, graph, assets, threads, engine, limits }) => {
    const models: ModelStore = {
      list: () => Promise.resolve([]),
      manifest: () => Promise.resolve(manifest),
      graph: () => Promise.resolve(graph),
    };
    const runtime = await browserRuntime({ assets, models, threads });
    return await createDetector(runtime, { model: "sent", engine, limits });
  },
);
