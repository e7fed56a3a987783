import { createDetector } from "../../../detect/detector.ts";
import { memoryModelStore } from "../../../embed/memory_store.ts";
import { hostRuntime } from "../runtime.ts";
import type { EmbeddedLoadRequest } from "./embedded_load_request.ts";
import { serveProcess } from "./serve_process.ts";

// Program of a worker process that serves one detector. start_embedded.ts starts the process and
// sends the model to it.
await serveProcess<EmbeddedLoadRequest>(
  async ({ manifest, graph, data, threads, engine, codec, limits }) => {
    const models = memoryModelStore(manifest, graph, data);
    const runtime = { ...await hostRuntime({ threads, engine, codec }), models };
    return await createDetector(runtime, { model: manifest.id, engine, limits });
  },
);
