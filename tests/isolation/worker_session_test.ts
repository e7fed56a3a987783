import { assertEquals } from "@std/assert";
import type {
  SessionWorkerRequest,
  SessionWorkerResponse,
} from "../../src/isolation/session_protocol.ts";
import { type SessionDeadlines, workerSession } from "../../src/isolation/worker_session.ts";
import { WorkerProcess } from "../../src/platforms/host/process/worker_process.ts";
import { processRuntime } from "../../src/platforms/host/process_runtime.ts";
import type { Session } from "../../src/ports/session.ts";
import { assertRejectsDomainError } from "../testing.ts";

const GENEROUS: SessionDeadlines = { loadMs: 120_000, runMs: 60_000 };

Deno.test("processRuntime() runs a graph in a process of its own", async () => {
  const runtime = await processRuntime(GENEROUS, { threads: 1 });
  const graph = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));
  const session = await runtime.openSession({ bytes: graph }, "wasm");
  assertEquals(session.engine, { provider: "wasm", threads: 1, reason: "asked for wasm" });
  assertEquals(session.inputs.map(({ name, type }) => [name, type]), [["image", "float32"]]);
  const shape = [1, 3, 64, 96];
  const image = { type: "float32", data: new Float32Array(3 * 64 * 96), shape } as const;
  const [first, second] = await Promise.all([session.run({ image }), session.run({ image })]);
  assertEquals(Object.keys(first), session.outputs.map(({ name }) => name));
  assertEquals(first, second);
  await session.close();
});

Deno.test("processRuntime() rejects with the error of the engine", async () => {
  const runtime = await processRuntime(GENEROUS, { threads: 1 });
  await assertRejectsDomainError(
    runtime.openSession({ bytes: new Uint8Array([1, 2, 3]) }, "wasm"),
    "engine-unavailable",
    "wasm with 1 thread",
  );
});

Deno.test("workerSession() kills a worker that takes too long to open", async () => {
  await assertRejectsDomainError(
    faulty(0, { ...GENEROUS, loadMs: 1000 }),
    "model-not-ready",
    "Cannot load the model as it must take at most 1000 ms: it was stopped",
  );
});

Deno.test("workerSession() kills a worker that takes too long to run", async () => {
  const session = await faulty(1, { ...GENEROUS, runMs: 1000 });
  const runs = [session.run({}), session.run({})];
  for (const run of runs) {
    await assertRejectsDomainError(
      run,
      "run-timeout",
      "Cannot run the model as it must take at most 1000 ms: it was stopped",
    );
  }
});

Deno.test("workerSession() rejects at once when its worker ends", async () => {
  const session = await faulty(2, GENEROUS);
  await assertRejectsDomainError(session.run({}), "worker-crashed");
});

/** Opens a session of faulty_session.ts. */
function faulty(fault: number, deadlines: SessionDeadlines): Promise<Session> {
  const script = new URL("./faulty_session.ts", import.meta.url);
  const worker = new WorkerProcess<SessionWorkerRequest, SessionWorkerResponse>(script);
  return workerSession(
    worker,
    { graph: { bytes: Uint8Array.of(fault) }, engine: "wasm" },
    deadlines,
  );
}
