import { createDetector } from "../detect/detector.ts";
import type { ModelStore } from "../ports/model_store.ts";
import { browserRuntime } from "../runtime/browser_runtime.ts";
import type { PageLoadRequest } from "../runtime/page_load.ts";
import { serveWorker, type WorkerPort } from "../runtime/serve_worker.ts";

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
