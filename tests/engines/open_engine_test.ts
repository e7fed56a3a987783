import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import type { EngineInfo, Provider, Session } from "../../src/ports/session.ts";
import { type EngineCandidate, openEngine } from "../../src/engines/open_engine.ts";

const GRAPH = new Uint8Array();

/** A candidate that starts, or fails with a message. */
function candidate(
  provider: Provider,
  threads: number,
  failure?: string,
  unfit?: string,
): EngineCandidate {
  return {
    provider,
    threads,
    unfitForAuto: () => Promise.resolve(unfit ?? null),
    open: (_graph, engine) =>
      failure ? Promise.reject(new Error(failure)) : Promise.resolve(sessionOn(engine)),
  };
}

function sessionOn(engine: EngineInfo): Session {
  const close = () => Promise.resolve();
  return { engine, inputs: [], outputs: [], run: () => Promise.resolve({}), close };
}

Deno.test("openEngine() takes the first of auto that works and says how the others failed", async () => {
  const { engine } = await openEngine(
    [
      candidate("webgpu", 1, undefined, "the adapter is software"),
      candidate("native", 2, "not installed"),
      candidate("wasm", 4, "no SharedArrayBuffer"),
      candidate("wasm", 1),
    ],
    "auto",
    GRAPH,
  );
  assertEquals([engine.provider, engine.threads], ["wasm", 1]);
  assertEquals(
    engine.reason,
    "after webgpu: the adapter is software; native: not installed; " +
      "wasm with 4 threads: no SharedArrayBuffer",
  );
});

Deno.test("openEngine() takes nothing after the first that works", async () => {
  const { engine } = await openEngine(
    [candidate("webgpu", 1), candidate("wasm", 1)],
    "auto",
    GRAPH,
  );
  assertEquals([engine.provider, engine.reason], ["webgpu", "first choice"]);
});

Deno.test("openEngine() opens what was asked for, though auto would pass it over", async () => {
  const candidates = [candidate("webgpu", 1, undefined, "software"), candidate("wasm", 1)];
  assertEquals((await openEngine(candidates, "webgpu", GRAPH)).engine.reason, "asked for webgpu");
});

Deno.test("openEngine() never gives another engine than the one asked for", async () => {
  const candidates = [candidate("native", 2, "not installed"), candidate("wasm", 1)];
  const error = await assertRejects(() => openEngine(candidates, "native", GRAPH), DomainError);
  assert(error instanceof DomainError && error.code === "engine-unavailable");
  assertStringIncludes(error.message, "native: not installed");
});

Deno.test("openEngine() says so where the runtime lacks the engine asked for", async () => {
  const error = await assertRejects(
    () => openEngine([candidate("wasm", 1)], "webgpu", GRAPH),
    DomainError,
  );
  assertStringIncludes((error as unknown as Error).message, "this runtime does not have it");
});
