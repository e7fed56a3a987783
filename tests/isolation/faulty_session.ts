import { serveSession } from "../../src/isolation/serve_session.ts";
import { servePort } from "../../src/platforms/host/process/serve_process.ts";

// Worker process of a session that fails. The first byte of the graph tells how: 0 hangs while it
// opens, 1 hangs in a run, 2 ends the process in a run.
await servePort((port) =>
  serveSession(port, ({ graph: { bytes: [fault] } }) => {
    if (fault === 0) { while (true); }
    return Promise.resolve({
      engine: { provider: "wasm", threads: 1, reason: "asked for wasm" },
      inputs: [],
      outputs: [],
      run() {
        if (fault === 2) Deno.exit(9);
        while (true);
      },
      close: () => Promise.resolve(),
    });
  })
);
