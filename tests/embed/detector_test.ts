import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import manifest from "../../models/everyday8.json" with { type: "json" };
import {
  createDetector,
  DomainError,
  type ErrorCode,
  type ImageSource,
} from "../../src/platforms/host/embed.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertDomainError, assertRejectsDomainError } from "../testing.ts";

const MODELS = new URL("../../models/", import.meta.url);
const ENGINE = { engine: "wasm", threads: 1 } as const;
const IMAGE = fruitImage();
const graph = await Deno.readFile(new URL("everyday8.onnx", MODELS));

const detector = await createDetector({ model: "everyday8", ...ENGINE });
const expected = (await detector.detect(IMAGE, { scoreThreshold: 0.05 })).detections;

/** Returns a stream of chunks, with a record of its reads and its cancellation. */
function streamOf(chunks: Iterable<Uint8Array>) {
  const state = { pulled: 0, cancelled: undefined as unknown };
  const rest = chunks[Symbol.iterator]();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = rest.next();
      if (done) return controller.close();
      state.pulled += value.length;
      controller.enqueue(value);
    },
    cancel(reason) {
      state.cancelled = reason;
    },
  }, { highWaterMark: 0 });
  return { stream, state };
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield new Uint8Array(1000);
}

/** Returns a stream that never gives a chunk, with a record of its cancellation. */
function silent() {
  const state = { cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array>({
    cancel(reason) {
      state.cancelled = reason;
    },
  });
  return { stream, state };
}

async function decoded() {
  const { codec } = await hostRuntime({ threads: 1 });
  const header = readHeader(IMAGE);
  const { data, width, height } = codec.decode(IMAGE, header, header);
  return { data: new Uint8ClampedArray(data), width, height };
}

const SOURCES: Record<string, () => ImageSource | Promise<ImageSource>> = {
  "a Uint8Array": () => IMAGE,
  "an ArrayBuffer": () => IMAGE.buffer,
  "a Blob": () => new Blob([IMAGE]),
  "a ReadableStream": () => streamOf(cut(IMAGE, 1000)).stream,
  "pixels": decoded,
};

for (const [form, source] of Object.entries(SOURCES)) {
  Deno.test(`EmbeddedDetector.detect() gives the same detections for ${form}`, async () => {
    const { model, image, engine, detections } = await detector.detect(await source(), {
      scoreThreshold: 0.05,
    });
    assertGreater(detections.length, 0);
    assertEquals(detections, expected);
    assertEquals(model, "everyday8");
    assertEquals(image, { width: 640, height: 480 });
    assertEquals({ provider: engine.provider, threads: engine.threads }, {
      provider: "wasm",
      threads: 1,
    });
  });
}

Deno.test("EmbeddedDetector.detect() accepts the options of the server", async () => {
  const some = await detector.detect(IMAGE, {
    scoreThreshold: 0,
    max: 3,
    classes: ["orange", "apple"],
  });
  assertEquals(some.detections.length, 3);
  assert(some.detections.every(({ label }) => label === "orange" || label === "apple"));
  const none = await detector.detect(IMAGE, {
    scoreThreshold: 0,
    iou: 0,
    max: 1000,
    classes: ["orange"],
  });
  const all = await detector.detect(IMAGE, {
    scoreThreshold: 0,
    iou: 1,
    max: 1000,
    classes: ["orange"],
  });
  assertGreater(all.detections.length, none.detections.length);
  await assertRejectsDomainError(
    detector.detect(IMAGE, { scoreThreshold: 2 }),
    "invalid-option",
    "score",
  );
  await assertRejectsDomainError(
    detector.detect(IMAGE, { classes: ["unicorn"] }),
    "unknown-class",
    "unicorn",
  );
});

Deno.test("EmbeddedDetector.detect() refuses a value that is not an image, naming its type", async () => {
  const strange = (value: unknown) => detector.detect(value as ImageSource);
  await assertRejectsDomainError(strange("cat.jpg"), "not-an-image", "type String");
  await assertRejectsDomainError(strange(undefined), "not-an-image", "type Undefined");
  await assertRejectsDomainError(strange(new Float32Array(4)), "not-an-image", "type Float32Array");
  await assertRejectsDomainError(
    strange({ data: [0], width: 1, height: 1 }),
    "not-an-image",
    "type Array",
  );
  await assertRejectsDomainError(detector.detect(new Uint8Array(0)), "no-image");
  await assertRejectsDomainError(detector.detect(Uint8Array.of(1, 2, 3)), "not-an-image");
  const texts = new ReadableStream<string>({ start: (controller) => controller.enqueue("text") });
  await assertRejectsDomainError(strange(texts), "not-an-image", "must be a Uint8Array");
});

Deno.test("EmbeddedDetector.detect() applies limits while it reads", async (test) => {
  const limits = { maxBytes: 5000, maxPixels: 1000 };
  await using small = await createDetector({ model: "everyday8", ...ENGINE, limits });
  await test.step("to a stream, which it cancels", async () => {
    const { stream, state } = streamOf(endless());
    await assertRejectsDomainError(small.detect(stream), "too-many-bytes", "at most 5000 bytes");
    assertEquals(state.pulled, 6000);
    assert(state.cancelled instanceof DomainError);
  });
  await test.step("to a blob, before it reads it", async () => {
    await assertRejectsDomainError(
      small.detect(new Blob([IMAGE])),
      "too-many-bytes",
      `${IMAGE.length}`,
    );
  });
  await test.step("to bytes and pixels", async () => {
    await assertRejectsDomainError(small.detect(IMAGE), "too-many-bytes");
    const pixels = { data: new Uint8Array(1001), width: 1001, height: 1 };
    await assertRejectsDomainError(small.detect(pixels), "too-many-pixels", "at most 1000 pixels");
  });
});

Deno.test("EmbeddedDetector.detect() rejects with the reason of a signal that is aborted", async (test) => {
  const reason = new Error("not needed any more");
  const rejects = async (call: Promise<unknown>) =>
    assertEquals(await call.catch((error) => error), reason);

  await test.step("before the call, and cancels the stream", async () => {
    const { stream, state } = silent();
    await rejects(detector.detect(stream, { signal: AbortSignal.abort(reason) }));
    assertEquals(state.cancelled, reason);
  });

  await test.step("while it reads a stream, which it cancels", async () => {
    const { stream, state } = silent();
    const controller = new AbortController();
    const call = detector.detect(stream, { signal: controller.signal });
    controller.abort(reason);
    await rejects(call);
    assertEquals(state.cancelled, reason);
  });

  await test.step("while the call is queued, and frees its place", async () => {
    await using narrow = await createDetector({ model: "everyday8", ...ENGINE, queue: 1 });
    const controller = new AbortController();
    const first = narrow.detect(IMAGE, { scoreThreshold: 0.05 });
    const second = narrow.detect(IMAGE, { signal: controller.signal });
    await assertRejectsDomainError(narrow.detect(IMAGE), "busy", "at most 1 may wait");
    controller.abort(reason);
    await rejects(second);
    const third = narrow.detect(IMAGE, { scoreThreshold: 0.05 });
    assertEquals((await first).detections, expected);
    assertEquals((await third).detections, expected);
  });

  await test.step("while the call runs, and goes on with the next one", async () => {
    const controller = new AbortController();
    const first = detector.detect(IMAGE, { signal: controller.signal });
    const second = detector.detect(IMAGE, { scoreThreshold: 0.05 });
    controller.abort(reason);
    await rejects(first);
    assertEquals((await second).detections, expected);
  });
});

Deno.test("EmbeddedDetector.close() waits for the current image between its tiles", async () => {
  const closing = await createDetector({ model: "everyday8", ...ENGINE });
  const running = closing.detect(IMAGE, { tiles: "2x2" });
  await closing.close();
  assertEquals((await running).tiles?.views, 5);
});

Deno.test("EmbeddedDetector.close() rejects later calls, and may be called again", async () => {
  const closing = await createDetector({ model: "everyday8", ...ENGINE, queue: 1 });
  const running = closing.detect(IMAGE, { scoreThreshold: 0.05 });
  const refused = assertRejectsDomainError(closing.detect(IMAGE), "model-not-ready", "closed");
  await assertRejectsDomainError(closing.detect(IMAGE), "busy"); // the first call runs and the second is queued
  await Promise.all([closing.close(), closing.close()]);
  assertEquals((await running).detections, expected);
  await refused;
  const { stream, state } = silent();
  await assertRejectsDomainError(closing.detect(stream), "model-not-ready", "closed");
  assert(state.cancelled instanceof DomainError);
  await closing.close();
});

Deno.test("createDetector() accepts a model by id, by URL and from memory", async (test) => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answerFile);
  const { port } = server.addr as Deno.NetAddr;
  const forms = {
    "a file: URL": new URL("everyday8.json", MODELS),
    "a file: URL as text": new URL("everyday8.json", MODELS).href,
    "an http: URL on this machine": `http://127.0.0.1:${port}/everyday8.json`,
    "a manifest and its graph": { manifest, graph },
    "a graph in an ArrayBuffer": { manifest, graph: graph.buffer },
  };
  for (const [form, model] of Object.entries(forms)) {
    await test.step(form, async () => {
      await using other = await createDetector({ model, ...ENGINE });
      assertEquals((await other.detect(IMAGE, { scoreThreshold: 0.05 })).detections, expected);
      assertEquals(other.model, detector.model);
    });
  }
  await test.step("and refuses a graph that is longer than the manifest says", async () => {
    const model = `http://127.0.0.1:${port}/endless/everyday8.json`;
    await assertRejectsDomainError(
      createDetector({ model, ...ENGINE }),
      "graph-mismatch",
      "it has more",
    );
  });
  await test.step("and refuses a file that the server does not have", async () => {
    const model = `http://127.0.0.1:${port}/other.json`;
    await assertRejectsDomainError(createDetector({ model, ...ENGINE }), "unknown-model", "404");
  });
  await server.shutdown();
});

async function answerFile(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/endless/everyday8.onnx") return new Response(streamOf(endless()).stream);
  const name = pathname.split("/").at(-1)!;
  if (!name.startsWith("everyday8.")) return new Response(null, { status: 404 });
  return new Response(await Deno.readFile(new URL(name, MODELS)));
}

const REFUSED: readonly (readonly [string, unknown, ErrorCode, string])[] = [
  ["an unknown id", "everyday9", "unknown-model", "everyday9.json is not here"],
  ["a path", "./everyday8.json", "unknown-model", "new URL(path, import.meta.url)"],
  ["a path that leaves the folder", "../everyday8", "unknown-model", "must be the id"],
  ["nothing", undefined, "unknown-model", "undefined"],
  ["http on another host", "http://models.example/a.json", "unknown-model", "must use https"],
  ["another protocol", "ftp://models.example/a.json", "unknown-model", "must use https"],
  ["a missing file", new URL("none.json", MODELS), "unknown-model", "is not here"],
  ["a file that is not JSON", new URL("everyday8.card.md", MODELS), "manifest-invalid", "not JSON"],
  ["an empty manifest", { manifest: {}, graph }, "manifest-invalid", "id"],
  ["a truncated graph", { manifest, graph: graph.subarray(1) }, "graph-mismatch", "10397636"],
  ["another graph", { manifest, graph: graph.map((x) => x ^ 1) }, "graph-mismatch", "SHA-256"],
];

for (const [claim, model, code, words] of REFUSED) {
  Deno.test(`createDetector() refuses ${claim}`, async () => {
    await assertRejectsDomainError(
      createDetector({ model: model as string, ...ENGINE }),
      code,
      words,
    );
  });
}

const WRONG: readonly (readonly [string, object, string])[] = [
  ["a limit of the wrong type", { limits: { maxBytes: "5 MB" } }, '"limits.maxBytes"'],
  ["a limit of NaN", { limits: { maxPixels: NaN } }, "current value is NaN"],
  ["a limit of 0", { limits: { maxDecodedBytes: 0 } }, "at least 1"],
  ["a negative queue", { queue: -1 }, '"queue"'],
  ["0 threads", { threads: 0 }, '"threads"'],
  ["an unknown engine", { engine: "abacus" }, "abacus"],
];

for (const [claim, options, words] of WRONG) {
  Deno.test(`createDetector() refuses ${claim}`, async () => {
    const opening = createDetector({ model: "everyday8", ...ENGINE, ...options });
    const error = await assertRejects(() => opening, DomainError);
    assertStringIncludes(error.message, words);
  });
}

Deno.test("createDetector() keeps the default of a limit that is undefined", async () => {
  const limits = { maxBytes: undefined, maxPixels: 1e6 };
  await using other = await createDetector({ model: "everyday8", ...ENGINE, limits });
  const { stream } = streamOf(endless());
  await assertRejectsDomainError(other.detect(stream), "too-many-bytes", "at most 20000000 bytes");
});

Deno.test("createDetector() can be cancelled", async () => {
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const { signal } = controller;
  const opening = createDetector({ model: "everyday8", ...ENGINE, signal });
  controller.abort(reason);
  assertEquals(await opening.catch((error) => error), reason);
});

Deno.test("importing the entry needs no permission, opens nothing and adds no globals", async () => {
  // The program ends by itself, so the import has left nothing open.
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-lock", "--quiet", "tests/embed/import_embed.ts"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  const globals = JSON.parse(decoder.decode(stdout)) as string[];
  // zod keeps its configuration in a global.
  assertEquals(globals.filter((name) => !name.startsWith("__zod_global")), []);
});

Deno.test("select() returns what detect() finds with the same options", async () => {
  const { candidates, image } = await detector.detect(IMAGE, { keep: true });
  for (
    const options of [
      {},
      { scoreThreshold: 0.05, iou: 0.2, max: 7 },
      { scoreThreshold: 0.1, nms: "soft-gaussian", sigma: 0.3, explain: true },
      { scoreThresholds: { orange: 0.9 }, classes: ["orange", "apple"], classAgnostic: true },
    ] as const
  ) {
    const { detections } = await detector.detect(IMAGE, options);
    assertEquals(detector.select(candidates!, options), { model: "everyday8", image, detections });
  }
});

Deno.test("select() refuses wrong options and what are no candidates", async () => {
  const { candidates } = await detector.detect(IMAGE, { keep: true });
  const wrong: readonly (readonly [() => unknown, ErrorCode, string])[] = [
    [() => detector.select(candidates!, { scoreThreshold: 0.001 }), "invalid-option", "0.01"],
    [() => detector.select(candidates!, { keep: true } as object), "invalid-option", '"keep"'],
    [() => detector.select(candidates!, { clases: [] } as object), "invalid-option", '"classes"'],
    [() => detector.select(candidates!, { classes: ["unicorn"] }), "unknown-class", "unicorn"],
    [() => detector.select({} as typeof candidates & object), "invalid-option", '"candidates"'],
    [() => detector.select(undefined as never), "invalid-option", "undefined"],
  ];
  for (const [call, code, words] of wrong) assertDomainError(call, code, words);
  assertEquals((await detector.detect(IMAGE)).candidates, undefined);
});
