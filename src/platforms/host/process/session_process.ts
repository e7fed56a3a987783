import { serveSession } from "../../../isolation/serve_session.ts";
import { hostRuntime } from "../runtime.ts";
import { servePort } from "./serve_process.ts";

// Script of the worker processes that process_runtime.ts starts.
await servePort((port) =>
  serveSession(port, async ({ graph, engine, threads }) => {
    const runtime = await hostRuntime({ threads });
    return await runtime.openSession(graph, engine);
  })
);
