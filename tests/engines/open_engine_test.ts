import { assertEquals } from "@std/assert";
import type { EngineInfo, Provider, Session } from "../../src/ports/session.ts";
import { type EngineCandidate, openEngine } from "../../src/engines/open_engine.ts";
import { assertRejectsDomainError } from "../testing.ts";

const GRAPH = { bytes: new Uint8Array() };

/**
 * Returns a candidate.
 *
 * @param failure Message of its start. Unset: it starts.
 * @param unfit Reason why `auto` skips it. Unset: none.
 */
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

Deno.test("openEngine() with auto opens the first engine that works and reports the failed ones", async () => {
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

Deno.test("openEngine() with auto stops at the first engine that works", async () => {
  const { engine } = await openEngine(
    [candidate("webgpu", 1), candidate("wasm", 1)],
    "auto",
    GRAPH,
  );
  assertEquals([engine.provider, engine.reason], ["webgpu", "first choice"]);
});

Deno.test("openEngine() opens the requested engine even if auto would skip it", async () => {
  const candidates = [candidate("webgpu", 1, undefined, "software"), candidate("wasm", 1)];
  assertEquals((await openEngine(candidates, "webgpu", GRAPH)).engine.reason, "asked for webgpu");
});

Deno.test("openEngine() never falls back from the requested engine", async () => {
  const candidates = [candidate("native", 2, "not installed"), candidate("wasm", 1)];
  await assertRejectsDomainError(
    openEngine(candidates, "native", GRAPH),
    "engine-unavailable",
    "native: not installed",
  );
});

Deno.test("openEngine() reports why the requested engine has fewer threads", async () => {
  const candidates = [candidate("wasm", 2, "no address space"), candidate("wasm", 1)];
  const { engine } = await openEngine(candidates, "wasm", GRAPH);
  assertEquals(engine.reason, "asked for wasm, after wasm with 2 threads: no address space");
});

Deno.test("openEngine() refuses an engine that the runtime does not have", async () => {
  await assertRejectsDomainError(
    openEngine([candidate("wasm", 1)], "webgpu", GRAPH),
    "engine-unavailable",
    "this runtime does not have it",
  );
});

Deno.test("openEngine() loads the variant of each engine, and the graph itself without one", async () => {
  const loaded: string[] = [];
  const recording = (provider: Provider, failure?: string): EngineCandidate => ({
    ...candidate(provider, 1),
    open(bytes, engine, data) {
      loaded.push(`${provider} ${bytes} ${data.map(({ file }) => file)}`);
      return failure ? Promise.reject(new Error(failure)) : Promise.resolve(sessionOn(engine));
    },
  });
  const candidates = [
    recording("webgpu", "no adapter"),
    recording("native", "no kernel"),
    recording("wasm"),
  ];
  const data = [{ file: "int8.data", bytes: Uint8Array.of(9) }];
  await openEngine(candidates, "auto", {
    bytes: Uint8Array.of(32),
    variants: [{ bytes: Uint8Array.of(8), data, engines: ["native"] }],
  });
  assertEquals(loaded, ["webgpu 32 ", "native 8 int8.data", "wasm 32 "]);
});
