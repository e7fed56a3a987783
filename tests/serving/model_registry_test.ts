import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import {
  modelMemory,
  ModelRegistry,
  type RegistryOptions,
} from "../../src/serving/model_registry.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { smallManifest, varied } from "../manifest/small_manifest.ts";
import { assertRejectsDomainError } from "../testing.ts";

const MEMORY = modelMemory(smallManifest);

function manifestsOf(...ids: string[]): Manifest[] {
  return ids.map((id) => varied({ id }));
}

/** Returns a loader that records its loads and closes, and functions that break detectors down. */
function loader() {
  const events: string[] = [];
  const broken = new Map<string, (error: Error) => void>();
  const load = (id: string): Promise<Detector> => {
    events.push(`load ${id}`);
    const { promise, resolve } = Promise.withResolvers<Error>();
    broken.set(id, resolve);
    return Promise.resolve({
      model: modelInfo(smallManifest),
      engine: { provider: "wasm", threads: 1, reason: "asked for" },
      detect: () => Promise.reject(new Error("must not detect")),
      brokenDown: promise,
      close: () => Promise.resolve(void events.push(`close ${id}`)),
    });
  };
  return { events, load, broken };
}

async function started(options: RegistryOptions): Promise<ModelRegistry> {
  const registry = new ModelRegistry(options);
  await registry.started;
  return registry;
}

/** Uses a model and does nothing with it. */
function touch(registry: ModelRegistry, id: string): Promise<void> {
  return registry.use(id, () => Promise.resolve());
}

function statuses(registry: ModelRegistry): string[] {
  return registry.models.map(({ manifest, status }) => `${manifest.id} ${status}`);
}

Deno.test("ModelRegistry has preloaded models ready immediately", async () => {
  const { events, load } = loader();
  const detector = await load("elsewhere");
  const loaded = new Map([["a", detector]]);
  const registry = new ModelRegistry({
    manifests: manifestsOf("a", "b"),
    atStart: ["a"],
    loaded,
    load,
  });
  assertEquals(statuses(registry), ["a ready", "b idle"]);
  assertEquals(registry.unreadiness, null);
  assertEquals(await registry.use("a", (each) => Promise.resolve(each)), detector);
  await touch(registry, "b");
  assertEquals(events, ["load elsewhere", "load b"]);
});

Deno.test("ModelRegistry loads the models of the start immediately, the others on first use", async () => {
  const { events, load } = loader();
  const registry = await started({ manifests: manifestsOf("a", "b", "c"), atStart: ["b"], load });
  assertEquals(statuses(registry), ["a idle", "b ready", "c idle"]);
  assertEquals(registry.defaultModel, "b");
  await touch(registry, "c");
  await touch(registry, "c");
  assertEquals(events, ["load b", "load c"]);
});

Deno.test("ModelRegistry loads a model once for concurrent uses", async () => {
  const { events, load } = loader();
  const registry = await started({ manifests: manifestsOf("a"), atStart: [], load });
  await Promise.all([touch(registry, "a"), touch(registry, "a"), touch(registry, "a")]);
  assertEquals(events, ["load a"]);
});

Deno.test("ModelRegistry evicts the least recently used model when the budget is exceeded", async () => {
  const { events, load } = loader();
  const registry = await started({
    manifests: manifestsOf("a", "b", "c"),
    atStart: ["a", "b"],
    load,
    budget: 2 * MEMORY,
  });
  await touch(registry, "a"); // Now b is the least recently used.
  await touch(registry, "c");
  assertEquals(events, ["load a", "load b", "close b", "load c"]);
  assertEquals(statuses(registry), ["a ready", "b idle", "c ready"]);
  assertEquals(registry.unreadiness, null);
});

Deno.test("ModelRegistry evicts a model only after its last use has ended", async () => {
  const { events, load } = loader();
  const registry = await started({
    manifests: manifestsOf("a", "b"),
    atStart: ["a"],
    load,
    budget: MEMORY,
  });
  const using = Promise.withResolvers<void>();
  const user = registry.use("a", () => using.promise);
  const other = touch(registry, "b");
  await nextTurn();
  assertEquals(events, ["load a"]);
  using.resolve();
  await Promise.all([user, other]);
  assertEquals(events, ["load a", "close a", "load b"]);
});

Deno.test("ModelRegistry loads a model that fills the budget but refuses a larger one", async () => {
  const { load } = loader();
  const options = { manifests: manifestsOf("a"), atStart: [], load };
  await touch(await started({ ...options, budget: MEMORY }), "a");
  const registry = await started({ ...options, budget: MEMORY - 1 });
  await assertRejectsDomainError(
    touch(registry, "a"),
    "model-too-large",
    String(MEMORY),
    String(MEMORY - 1),
  );
});

Deno.test("ModelRegistry is not ready while a model of the start is loading, and refuses its use", async () => {
  const { load } = loader();
  const registry = new ModelRegistry({ manifests: manifestsOf("a"), atStart: ["a"], load });
  assertEquals(registry.unreadiness, 'Model "a" is not ready: it is still loading');
  await assertRejectsDomainError(touch(registry, "a"), "model-not-ready", "still loading");
  await registry.started;
  assertEquals(registry.unreadiness, null);
});

Deno.test("ModelRegistry keeps the error of a failed load and does not retry it", async () => {
  let tries = 0;
  const load = () => {
    tries++;
    return Promise.reject(new DomainError("graph-mismatch", "31 bytes, not 30"));
  };
  const registry = await started({ manifests: manifestsOf("a"), atStart: ["a"], load });
  await assertRejectsDomainError(touch(registry, "a"), "graph-mismatch", "31 bytes");
  await assertRejectsDomainError(touch(registry, "a"), "graph-mismatch", "31 bytes");
  assertEquals(tries, 1);
  assertStringIncludes(registry.unreadiness!, "31 bytes");
});

Deno.test("ModelRegistry retries a load whose file was missing", async () => {
  const { load } = loader();
  const missing = () => Promise.reject(new DomainError("unknown-model", "a.onnx is not here"));
  const loads = [missing, load];
  const registry = await started({
    manifests: manifestsOf("a"),
    atStart: [],
    load: (id) => loads.shift()!(id),
  });
  await assertRejectsDomainError(touch(registry, "a"), "unknown-model", "a.onnx");
  await touch(registry, "a");
});

Deno.test("ModelRegistry retries a load of the start that timed out until it succeeds", async () => {
  const { events, load } = loader();
  const late = () => Promise.reject(new DomainError("model-not-ready", "at most 10 ms"));
  const loads = [late, late, load];
  const lines: string[] = [];
  const registry = await started({
    manifests: manifestsOf("a"),
    atStart: ["a"],
    load: (id) => loads.shift()!(id),
    retryMs: 20,
    log: (line) => lines.push(line),
  });
  assertStringIncludes(registry.unreadiness!, "at most 10 ms");
  await until(() => registry.unreadiness === null);
  await touch(registry, "a");
  assertEquals(events, ["load a"]);
  assertEquals(lines, [
    'Model "a" did not load and is tried again in 0.02 s: at most 10 ms',
    'Model "a" did not load and is tried again in 0.04 s: at most 10 ms',
    'Model "a" has loaded after all',
  ]);
});

Deno.test("ModelRegistry retries a failed load of another model on a use after the pause", async () => {
  const { events, load } = loader();
  const crashed = () => Promise.reject(new DomainError("worker-crashed", "it broke down"));
  const loads = [crashed, load];
  const registry = await started({
    manifests: manifestsOf("a"),
    atStart: [],
    load: (id) => loads.shift()!(id),
    retryMs: 50,
  });
  await assertRejectsDomainError(touch(registry, "a"), "worker-crashed");
  await assertRejectsDomainError(touch(registry, "a"), "worker-crashed");
  await until(() => registry.state("a") === undefined);
  assertEquals(events, []);
  await touch(registry, "a");
  assertEquals(events, ["load a"]);
});

for (const code of ["graph-mismatch", "manifest-invalid", "unknown-model"] as const) {
  Deno.test(`ModelRegistry retries a load after ${code} once a file has changed`, async () => {
    const { load } = loader();
    let stamp = "1";
    let tries = 0;
    const registry = await started({
      manifests: manifestsOf("a"),
      atStart: ["a"],
      load: (id) => {
        tries++;
        return stamp === "2" ? load(id) : Promise.reject(new DomainError(code, "wrong file"));
      },
      retryMs: 5,
      stampOf: () => Promise.resolve(stamp),
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(tries, 1);
    assertStringIncludes(registry.unreadiness!, "wrong file");
    stamp = "2";
    await until(() => registry.unreadiness === null);
    assertEquals(tries, 2);
  });
}

Deno.test("ModelRegistry.close() cancels retries", async () => {
  let tries = 0;
  const load = () => {
    tries++;
    return Promise.reject(new DomainError("engine-unavailable", "no engine"));
  };
  const options = { manifests: manifestsOf("a"), atStart: ["a"], load, retryMs: 20 };
  const registry = await started(options);
  await registry.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(tries, 1);
});

Deno.test("ModelRegistry reloads a model of the start immediately when it breaks down", async () => {
  const { events, load, broken } = loader();
  const registry = await started({ manifests: manifestsOf("a"), atStart: ["a"], load });
  broken.get("a")!(new Error("the worker died"));
  await nextTurn();
  await registry.use("a", () => Promise.resolve());
  assertEquals(events, ["load a", "load a"]);
  assertEquals(registry.unreadiness, null);
});

Deno.test("ModelRegistry reloads another model on its next use after it broke down", async () => {
  const { events, load, broken } = loader();
  const registry = await started({ manifests: manifestsOf("a"), atStart: [], load });
  await touch(registry, "a");
  broken.get("a")!(new Error("the worker died"));
  await nextTurn();
  assertEquals([events.length, statuses(registry)], [1, ["a idle"]]);
  await touch(registry, "a");
  assertEquals(events, ["load a", "load a"]);
});

Deno.test("ModelRegistry reloads a model that breaks down as soon as it has loaded", async () => {
  const { events, load } = loader();
  const brokenDown = Promise.resolve(new Error("the worker died"));
  const loads = [async (id: string) => ({ ...await load(id), brokenDown }), load];
  const registry = await started({
    manifests: manifestsOf("a"),
    atStart: ["a"],
    load: (id) => loads.shift()!(id),
  });
  await nextTurn();
  assertEquals(events, ["load a", "load a"]);
  assertEquals(registry.unreadiness, null);
});

Deno.test("ModelRegistry lists all models in an error, and reports the fault of a model of the start", async () => {
  const { load } = loader();
  const faults = new Map([["x", new DomainError("manifest-invalid", "input.divisor: too small")]]);
  const registry = await started({
    manifests: manifestsOf("a", "b"),
    atStart: ["x"],
    load,
    faults,
  });
  await assertRejectsDomainError(touch(registry, "nope"), "unknown-model", "a, b");
  await assertRejectsDomainError(touch(registry, "x"), "manifest-invalid", "input.divisor");
  assertStringIncludes(registry.unreadiness!, "input.divisor");
});

Deno.test("ModelRegistry.close() closes every loaded model", async () => {
  const { events, load } = loader();
  const registry = await started({ manifests: manifestsOf("a", "b"), atStart: ["a", "b"], load });
  await registry.close();
  assertEquals(events.slice(2).sort(), ["close a", "close b"]);
});

/** Waits until a condition holds, at most 5 seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(holds(), true);
}

/** Waits until all pending microtasks and timers of 0 ms have run. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("ModelRegistry does not retry a model without a valid manifest", async () => {
  const fault = new DomainError("unknown-model", "b.json is not here");
  const lines: string[] = [];
  const registry = await started({
    manifests: manifestsOf("a"),
    atStart: ["b"],
    faults: new Map([["b", fault]]),
    load: () => Promise.reject(fault),
    retryMs: 1,
    stampOf: () => Promise.resolve("1"),
    log: (line) => lines.push(line),
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(lines, []);
  assertStringIncludes(registry.unreadiness!, "b.json is not here");
});
