import { serveSession } from "../../../isolation/serve_session.ts";
import { hostRuntime } from "../runtime.ts";
import { servePort } from "./serve_process.ts";

// Program of a worker process that serves one session (a graph loaded in an engine).
// process_runtime.ts starts the process.
await servePort((port) =>
  serveSession(port, async ({ graph, engine, threads }) => {
    const runtime = await hostRuntime({ threads });
    return await runtime.openSession(graph, engine);
  })
);
