import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import { loadModel } from "../../src/detect/load_model.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import type { GraphChoice, Provider, Session, TensorInfo } from "../../src/ports/session.ts";
import { type Contents, memoryRuntime } from "./memory_runtime.ts";
import { smallManifest, varied } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

function tensor(name: string, depth: number): TensorInfo {
  return { name, type: "float32", shape: [1, depth, null, null] };
}

/** Opens a session with the heads of the small manifest; it counts how often it is closed. */
function openSession(scoresDepth = 6) {
  const state = { closed: 0 };
  const session: Session = {
    engine: { provider: "wasm", threads: 1, reason: "asked for" },
    inputs: [tensor("image", 3)],
    outputs: [
      ...["scores_8", "scores_16"].map((name) => tensor(name, scoresDepth)),
      ...["deltas_8", "deltas_16"].map((name) => tensor(name, 8)),
    ],
    run: () => Promise.reject(new Error("loading runs nothing")),
    close: () => Promise.resolve(void state.closed++),
  };
  return { session, state };
}

/** Graph bytes with the length and hash of the small manifest. */
const GRAPH = new TextEncoder().encode("abc");

function load(contents: Partial<Contents> = {}) {
  const { session } = openSession();
  const runtime = memoryRuntime({ manifest: smallManifest, graph: GRAPH, session, ...contents });
  return loadModel(runtime, "small", "auto");
}

async function assertRefused(
  contents: Partial<Contents>,
  code: ErrorCode,
  ...words: readonly string[]
): Promise<void> {
  await assertRejectsDomainError(load(contents), code, ...words);
}

Deno.test("loadModel() returns the manifest and an open session", async () => {
  const { session, state } = openSession();
  const loaded = await load({ session });
  assertEquals(loaded.manifest, smallManifest);
  assertStrictEquals(loaded.session, session);
  assertEquals(state.closed, 0);
});

Deno.test("loadModel() refuses an invalid manifest", async () => {
  await assertRefused({ manifest: { ...smallManifest, id: 5 } }, "manifest-invalid", "id: ");
});

Deno.test("loadModel() refuses a graph of another length and shows both", async () => {
  await assertRefused({ graph: GRAPH.subarray(1) }, "graph-mismatch", "small.onnx", "2 bytes", "3");
});

Deno.test("loadModel() refuses a graph with another hash and shows both", async () => {
  const graph = new TextEncoder().encode("abd");
  const sha256 = smallManifest.graph.sha256;
  // SHA-256 of "abd" starts a52d159f.
  await assertRefused({ graph }, "graph-mismatch", "small.onnx", "a52d159f", sha256);
});

Deno.test("loadModel() accepts a graph up to the limit of the runtime, and none above it", async () => {
  assertEquals((await load({ maxModelBytes: 3 })).manifest.id, "small");
  await assertRefused({ maxModelBytes: 2 }, "model-too-large", "3 bytes", "at most 2");
});

Deno.test("loadModel() does not read a graph that is too large", async () => {
  const { session } = openSession();
  const graph = () => {
    throw new Error("it was read");
  };
  const runtime = memoryRuntime({ manifest: smallManifest, graph: GRAPH, session });
  const capabilities = {
    ...runtime.capabilities,
    maxModelBytes: 2,
    largerModelsHint: "cut it down",
  };
  const small = { ...runtime, capabilities, models: { ...runtime.models, graph } };
  await assertRejectsDomainError(
    loadModel(small, "small", "auto"),
    "model-too-large",
    "cut it down",
  );
});

Deno.test("loadModel() closes the session of a graph that does not match its manifest", async () => {
  const { session, state } = openSession(160);
  await assertRefused({ session }, "graph-mismatch", "[1, 160, ?, ?]", "[1, 6, ?, ?]");
  assertEquals(state.closed, 1);
});

Deno.test("loadModel() reads the graph file that the manifest names", async () => {
  const manifest = varied({ graph: { ...smallManifest.graph, file: "other.onnx" } });
  const read: string[] = [];
  const runtime = memoryRuntime({ manifest, graph: GRAPH, session: openSession().session });
  const models = {
    ...runtime.models,
    graph(id: string, graph: Manifest["graph"]) {
      read.push(`${id}/${graph.file}`);
      return runtime.models.graph(id, graph);
    },
  };
  await loadModel({ ...runtime, models }, "small", "auto");
  assertEquals(read, ["small/other.onnx"]);
});

// SHA-256 of the two bytes "hi".
const HI = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";

/** Manifest with a variant of the graph for the native engine. */
const withVariant = varied({
  variants: [{
    ...{ file: "small-int8.onnx", sha256: HI, bytes: 2, precision: "int8" },
    ...{ engines: ["native"], metrics: { ap: 0.24 } },
  }],
});

/** Loads `withVariant` on one engine. Returns the loaded model, and what the engine was given. */
async function loadVariant(provider: Provider, requested: Provider | "auto") {
  const session = { ...openSession().session };
  const runtime = memoryRuntime({
    manifest: withVariant,
    graph: GRAPH,
    session: { ...session, engine: { ...session.engine, provider } },
  });
  const read: string[] = [];
  const opened: GraphChoice[] = [];
  const loaded = await loadModel(
    {
      ...runtime,
      models: {
        ...runtime.models,
        graph(_, { file }) {
          read.push(file);
          return Promise.resolve(file === "small.onnx" ? GRAPH : new TextEncoder().encode("hi"));
        },
      },
      openSession(graph, engine) {
        opened.push(graph);
        return runtime.openSession(graph, engine);
      },
    },
    "small",
    requested,
  );
  return { manifest: loaded.manifest, read, variants: opened[0]?.variants?.length };
}

Deno.test("loadModel() gives the engine its variant, and describes that graph", async () => {
  for (const requested of ["auto", "native"] as const) {
    const { manifest, read, variants } = await loadVariant("native", requested);
    assertEquals([read, variants], [["small.onnx", "small-int8.onnx"], 1]);
    const { graph, metrics } = manifest;
    assertEquals(graph, { file: "small-int8.onnx", sha256: HI, bytes: 2, precision: "int8" });
    assertEquals([metrics, manifest.variants], [{ ap: 0.24 }, undefined]);
  }
});

Deno.test("loadModel() does not read the variant of an engine that the runtime lacks", async () => {
  const { manifest, read, variants } = await loadVariant("wasm", "auto");
  assertEquals([read, variants], [["small.onnx"], 0]);
  assertEquals([manifest.graph, manifest.metrics], [smallManifest.graph, { ap: 0.25 }]);
});
