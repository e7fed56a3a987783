import { createDetector } from "../../detect/detector.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import { browserRuntime } from "./runtime.ts";
import type { PageLoadRequest } from "./load_request.ts";
import { serveWorker, type WorkerPort } from "../../isolation/serve_worker.ts";

// The script of the workers that `start_page_worker.ts` starts.
serveWorker<PageLoadRequest>(
  globalThis as unknown as WorkerPort<PageLoadRequest>,
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
