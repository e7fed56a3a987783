import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import manifest from "../../models/everyday8.json" with { type: "json" };
import {
  createApp,
  createDetector,
  DomainError,
  type EmbeddedAppOptions,
  type EmbeddedDetector,
  type EmbedDetectOptions,
  type ErrorCode,
  type HostEmbedOptions,
  type ImageSource,
} from "../../src/platforms/host/embed.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";

const IMAGE = fruitImage();
const ENGINE = { model: "everyday8", engine: "wasm", threads: 1 } as const;
const detector = await createDetector(ENGINE);

/** Wrong call, with the code and a part of the message of its error. */
type Wrong = readonly [claim: string, value: unknown, words: string, code?: ErrorCode];

/** Fails unless a call throws a DomainError in the words of this project. */
async function assertRefused(
  call: () => unknown,
  words: string,
  code: ErrorCode = "invalid-option",
): Promise<void> {
  const error = await assertRejects(async () => await call(), DomainError);
  assertStringIncludes(error.message, words);
  assertEquals(error.code, code, error.message);
  assert(!/Invalid input|expected .* received|is not a function|undefined \(/.test(error.message));
}

/** Object whose type name is that of a class of browsers. */
function like(type: string, members: object = {}): object {
  return { ...members, [Symbol.toStringTag]: type };
}

const graph = new Uint8Array(4);

const DETECTOR_OPTIONS: readonly Wrong[] = [
  ["no options", undefined, "its options must be an object: current value is undefined"],
  [
    "null",
    null,
    "Cannot create a detector as its options must be an object: current value is null",
  ],
  ["a model id", "everyday8", 'its options must be an object: current value is "everyday8"'],
  ["a function", () => {}, "current value is a function"],
  ["a promise", Promise.resolve(ENGINE), "current value is a promise. Await it first."],
  ["an array", [ENGINE], "current value is of type Array"],
  [
    "a misspelt option",
    { ...ENGINE, thraeds: 2 },
    'Cannot create a detector as option "thraeds" is not known: did you mean "threads"? The ' +
    "options are model, engine, limits, queue, signal, threads, codec, variants, worker",
  ],
  [
    "a misspelt option of detect()",
    { ...ENGINE, scoreTreshold: 0.5 },
    'did you mean "scoreThreshold" of detect()? The options are',
  ],
  ["an option in another case", { ...ENGINE, THREADS: 1 }, 'did you mean "threads"?'],
  ["an unknown option that is undefined", { ...ENGINE, color: undefined }, "the options are model"],
  ["a misspelt inherited option", Object.create({ ...ENGINE, queu: 1 }), '"queue"?'],
  ["an empty engine", { ...ENGINE, engine: null }, '"engine" must be one of "auto", "webgpu"'],
  ["a misspelt engine", { ...ENGINE, engine: "wsam" }, 'current value is "wsam"'],
  ["threads as text", { ...ENGINE, threads: "2" }, 'at least 1: current value is "2"'],
  ["half a thread", { ...ENGINE, threads: 1.5 }, '"threads" must be a whole number'],
  ["a queue of NaN", { ...ENGINE, queue: NaN }, '"queue" must be a number of at least 0'],
  ["worker as text", { ...ENGINE, worker: "false" }, '"worker" must be true or false'],
  ["a controller as signal", { ...ENGINE, signal: new AbortController() }, '"signal" must be an'],
  ["empty limits", { ...ENGINE, limits: null }, '"limits" must be an object'],
  ["misspelt limits", { ...ENGINE, limits: { maxByte: 1 } }, 'did you mean "limits.maxBytes"?'],
  ["a negative limit", { ...ENGINE, limits: { maxPixels: -1 } }, '"limits.maxPixels" must be'],
  ["a model without a graph", { model: { manifest } }, '"model.graph" must be a Uint8Array'],
  ["a graph as text", { model: { manifest, graph: "x.onnx" } }, '"model.graph" must be'],
  ["a misspelt part", { model: { manifest, graph, dat: {} } }, 'did you mean "model.data"?'],
  ["no manifest", { model: { graph } }, "manifest: is missing", "manifest-invalid"],
  [
    "a manifest of null",
    { model: { manifest: null, graph } },
    "must be an object",
    "manifest-invalid",
  ],
  ["a promised model", { model: Promise.resolve("everyday8") }, "Await it", "unknown-model"],
  ["a number as model", { model: 5 }, "current value is 5", "unknown-model"],
  ["a broken URL", { model: "https://[" }, "must be the id", "unknown-model"],
  ["an unknown model", { model: "everday8" }, "everyday8", "unknown-model"],
];

for (const [claim, options, words, code] of DETECTOR_OPTIONS) {
  Deno.test(`createDetector() explains ${claim}`, async () => {
    await assertRefused(() => createDetector(options as HostEmbedOptions), words, code);
  });
}

const { promise: never } = Promise.withResolvers();
const locked = new Blob([IMAGE]).stream();
const reader = locked.getReader();

const IMAGES: readonly Wrong[] = [
  ["a path", "photo.jpg", "type String. Read the file"],
  ["a data URL", "data:image/png;base64,iVBORw0KGgo=", "(await fetch(url)).blob()"],
  ["a URL", new URL("https://example.com/a.jpg"), "Fetch the URL"],
  ["a promise", never, "Await the promise first"],
  ["a response", new Response(IMAGE), "await response.blob()"],
  ["a stream of Node", { pipe() {} }, "Readable.toWeb(stream)"],
  ["an <img>", like("HTMLImageElement", { naturalWidth: 4 }), "Draw it on a canvas"],
  ["a <canvas>", like("HTMLCanvasElement", { getContext() {} }), "getImageData("],
  ["several images", [IMAGE], "one image at a time"],
  ["null", null, "type Null"],
  ["a number", 7, "type Number"],
  ["a function", () => IMAGE, "type Function"],
  ["16-bit samples", new Uint16Array(4), "type Uint16Array"],
  ["a locked stream", locked, "a locked stream"],
  ["a stream of texts", ReadableStream.from(["photo"]), "each chunk must be a Uint8Array"],
  ["a blob without bytes", { size: 4, arrayBuffer: () => "four" }, "type String"],
];

for (const [claim, image, words] of IMAGES) {
  Deno.test(`EmbeddedDetector.detect() explains ${claim} for an image`, async () => {
    await assertRefused(() => detector.detect(image as ImageSource), words, "not-an-image");
  });
}

const DETECT_OPTIONS: readonly Wrong[] = [
  ["null", null, "Cannot detect as its options must be an object: current value is null"],
  ["a number", 0.5, "its options must be an object: current value is 0.5"],
  ["a misspelt option", { scoreTreshold: 0.5 }, 'did you mean "scoreThreshold"?'],
  ["an option of createDetector()", { engine: "wasm" }, '"engine" of createDetector()?'],
  ["a score threshold as text", { scoreThreshold: "0.5" }, 'current value is "0.5"'],
  ["an empty IoU threshold", { iou: null }, '"iou" must be a number'],
  ["a maximum of NaN", { max: NaN }, '"max" must be a whole number'],
  ["one class", { classes: "apple" }, '"classes" must be an array of labels'],
  ["a rule of NMS that is unknown", { nms: "soft" }, '"soft-linear", "soft-gaussian"'],
  ["score thresholds as a list", { scoreThresholds: [0.5] }, '"scoreThresholds" must be an object'],
  ["a score threshold of a class as text", { scoreThresholds: { cat: "1" } }, "for each label"],
  ["a flag as text", { explain: "true" }, '"explain" must be true or false'],
  ["a function as signal", { signal: () => {} }, '"signal" must be an AbortSignal'],
];

for (const [claim, options, words] of DETECT_OPTIONS) {
  Deno.test(`EmbeddedDetector.detect() explains ${claim} for options`, async () => {
    await assertRefused(() => detector.detect(IMAGE, options as EmbedDetectOptions), words);
  });
}

const APP_OPTIONS: readonly Wrong[] = [
  ["no options", undefined, "its options must be an object"],
  ["no detector", {}, "current value is of type Undefined"],
  ["a promised detector", { detector: Promise.resolve(detector) }, "Await it first"],
  ["a detector of another library", { detector: {} }, "one that createDetector() made"],
  ["a misspelt option", { detector, maxByte: 1 }, 'did you mean "maxBytes"?'],
  ["a limit as text", { detector, maxBytes: "5 MB" }, '"maxBytes" must be a number'],
  ["one origin", { detector, origins: "*" }, '"origins" must be an array'],
  ["a key as text", { detector, keys: ["secret"] }, '"keys" must be an array of { name, sha256 }'],
  ["a rate as number", { detector, keyRate: 10 }, '"keyRate" must be { limit, windowMs }'],
  ["a log that is no function", { detector, log: "json" }, '"log" must be a function'],
  [
    "too little memory for candidates",
    { detector, keepMemory: 1000 },
    "0, or a number of at least",
  ],
  ["a body without a time limit", { detector, bodyTimeoutMs: Infinity }, "from 1 to 2147483647"],
  ["candidates that stay for ever", { detector, keepMs: Infinity }, "from 1 to 2147483647"],
  ["images without a limit", { detector, maxBytes: Infinity }, '"maxBytes" must be a number from'],
  [
    "metrics that only read",
    { detector, metrics: { read: () => {} } },
    '"metrics" must be an object with methods count() and read()',
  ],
  ["a relative mount path", { detector, mountPath: "vision" }, 'begins with "/"'],
];

for (const [claim, options, words] of APP_OPTIONS) {
  Deno.test(`createApp() explains ${claim}`, async () => {
    await assertRefused(() => createApp(options as EmbeddedAppOptions), words);
  });
}

Deno.test("createDetector() accepts frozen options and options of a class", async () => {
  class Options {
    readonly model = "everyday8";
    get engine() {
      return "wasm" as const;
    }
    readonly threads = 1;
  }
  await using other: EmbeddedDetector = await createDetector(Object.freeze(new Options()));
  assertEquals(other.engine.provider, "wasm");
  const options = Object.freeze({ classes: Object.freeze(["orange"]) });
  assertEquals((await other.detect(IMAGE, options)).detections[0]?.label, "orange");
});

Deno.test("EmbeddedDetector.detect() works without its object, and explains a closed one", async () => {
  const other = await createDetector(ENGINE);
  const { detect, close } = other;
  assertEquals((await detect(IMAGE)).model, "everyday8");
  await close();
  await assertRefused(() => detect(IMAGE), "the detector was closed", "model-not-ready");
  await reader.cancel();
});
