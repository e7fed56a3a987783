import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "../../routes/app.ts";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { openEveryday8 } from "../everyday8.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertProblem } from "../testing.ts";

const LIMITS = { maxBytes: 300_000, maxPixels: 400_000, maxDecodedBytes: 4_000_000 };
const logged: Error[] = [];
const everyday8 = parseManifest(manifest);
const detector = await openEveryday8(LIMITS);
const registry = registryOf("everyday8", Promise.resolve(detector));
await registry.started;
const app = createApp({
  registry,
  maxBytes: LIMITS.maxBytes,
  log: (error) => logged.push(error),
});
const IMAGE = fruitImage(); // 640x480 = 307,200 pixels

Deno.test("POST /detect answers a multipart form with the documented shape", async () => {
  const response = await app.request("/detect?score=0", { method: "POST", body: formOf(IMAGE) });
  assertEquals(response.status, 200);
  const answer = await response.json();
  assertEquals(Object.keys(answer), ["model", "image", "detections", "engine", "timing"]);
  assertEquals(answer.model, "everyday8");
  assertEquals(answer.image, { width: 640, height: 480 });
  assertEquals(answer.engine, { provider: "wasm", threads: 1 });
  const stages = ["decode", "preprocess", "inference", "postprocess", "total"];
  assertEquals(Object.keys(answer.timing), stages);
  const [first] = answer.detections;
  assertEquals(Object.keys(first), ["label", "classId", "score", "box"]);
  assertEquals(Object.keys(first.box), ["xmin", "ymin", "xmax", "ymax"]);
  const header = response.headers.get("server-timing")!;
  for (const stage of stages) assertStringIncludes(header, `${stage};dur=`);
});

Deno.test("POST /detect gives the same boxes for raw bytes, whatever type they claim", async () => {
  const form = await detections(app.request("/detect", { method: "POST", body: formOf(IMAGE) }));
  const types = ["image/png", "application/octet-stream", "application/x-www-form-urlencoded"];
  for (const type of types) {
    const headers = { "content-type": type };
    const raw = await detections(
      app.request("/detect", { method: "POST", headers, body: IMAGE }),
    );
    assertEquals(raw, form);
  }
});

Deno.test("POST /detect sorts by score and keeps every box within the image", async () => {
  const found = await detections(
    app.request("/detect?score=0.0001&max=50", { method: "POST", body: IMAGE }),
  );
  assertEquals(found.length, 50);
  const scores = found.map(({ score }) => score);
  assertEquals(scores, scores.toSorted((a, b) => b - a));
  for (const { box } of found) {
    assert(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= 640, JSON.stringify(box));
    assert(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= 480, JSON.stringify(box));
  }
});

Deno.test("POST /detect joins classes that the query repeats", async () => {
  const find = (query: string) =>
    detections(app.request(`/detect?score=0.01&${query}`, { method: "POST", body: IMAGE }));
  const found = await find("classes=apple&classes=orange, banana");
  assertEquals(new Set(found.map(({ label }) => label)), new Set(["apple", "orange", "banana"]));
  assertEquals(found, await find("classes=apple,orange,banana"));
});

Deno.test("POST /detect takes options from the query and from form fields, the form first", async () => {
  const body = formOf(IMAGE, { max: "2", score: "0.01", classes: "apple, orange" });
  const found = await detections(app.request("/detect?max=7&iou=0.3", { method: "POST", body }));
  assertEquals(found.length, 2);
  for (const { label } of found) assert(["apple", "orange"].includes(label), label);
});

const WRONG: [
  what: string,
  path: string,
  body: BodyInit | undefined,
  status: number,
  code: string,
][] = [
  ["an empty body", "/detect", undefined, 400, "no-image"],
  ["an empty form", "/detect", new FormData(), 400, "no-image"],
  ["an empty file", "/detect", formOf(new Uint8Array()), 400, "no-image"],
  ["another field", "/detect", formOf(IMAGE, {}, "file"), 400, "wrong-field"],
  ["text in the field", "/detect", textForm("image", "street.jpg"), 400, "wrong-field"],
  ["no image", "/detect", "hello, this is text", 415, "not-an-image"],
  ["a TIFF", "/detect", "II*\0\x08\0\0\0", 415, "unsupported-format"],
  ["a cut image", "/detect", IMAGE.slice(0, 2000), 422, "truncated-image"],
  ["a damaged image", "/detect", damaged(), 422, "corrupt-image"],
  ["too many bytes", "/detect", new Uint8Array(LIMITS.maxBytes + 1), 413, "too-many-bytes"],
  ["far too many bytes", "/detect", new Uint8Array(LIMITS.maxBytes * 4), 413, "too-many-bytes"],
  ["too many pixels", "/detect", largeImage(), 413, "too-many-pixels"],
  ["a score of 1.01", "/detect?score=1.01", IMAGE, 400, "invalid-option"],
  ["a score below 0", "/detect?score=-0.1", IMAGE, 400, "invalid-option"],
  ["a score that is no number", "/detect?score=high", IMAGE, 400, "invalid-option"],
  ["an empty score", "/detect?score=", IMAGE, 400, "invalid-option"],
  ["an iou of 2", "/detect?iou=2", IMAGE, 400, "invalid-option"],
  ["max 0", "/detect?max=0", IMAGE, 400, "invalid-option"],
  ["max 1.5", "/detect?max=1.5", IMAGE, 400, "invalid-option"],
  ["an option that is none", "/detect?scroe=0.5", IMAGE, 400, "invalid-option"],
  ["an option sent twice", "/detect?score=0.5&score=0.5", IMAGE, 400, "invalid-option"],
  ["a model sent twice", "/detect?model=a&model=a", IMAGE, 400, "invalid-option"],
  ["an empty class among others", "/detect?classes=cat&classes=", IMAGE, 400, "invalid-option"],
  ["an unknown class", "/detect?classes=cat,unicorn", IMAGE, 400, "unknown-class"],
  ["an empty class list", "/detect?classes=", IMAGE, 400, "invalid-option"],
  ["an unknown model", "/detect?model=nope", IMAGE, 404, "unknown-model"],
  ["a prototype's name as model", "/detect?model=__proto__", IMAGE, 404, "unknown-model"],
  ["an unknown path", "/detects", IMAGE, 404, "not-found"],
];

for (const [what, path, body, status, code] of WRONG) {
  Deno.test(`POST ${path} answers ${what} with ${status} ${code}`, async () => {
    logged.length = 0;
    const response = await app.request(path, { method: "POST", body: body ?? null });
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    const problem = await response.json();
    assertEquals([response.status, problem.status, problem.code], [status, status, code]);
    assertEquals(Object.keys(problem), ["type", "title", "status", "detail", "code", "requestId"]);
    assert(problem.detail.length > 20 && !/\bat .*\.ts:/.test(problem.detail), problem.detail);
    assertEquals(logged, []);
  });
}

Deno.test("POST /detect answers a broken form with 400 malformed-request", async () => {
  const headers = { "content-type": "multipart/form-data" }; // no boundary
  const response = await app.request("/detect", { method: "POST", headers, body: "--xyz\r\n" });
  assertEquals((await response.json()).code, "malformed-request");
  assertEquals(response.status, 400);
});

Deno.test("POST /detect answers a form that breaks off with 400 malformed-request", async () => {
  const headers = { "content-type": "multipart/form-data; boundary=xyz" };
  for (const body of ["--xyz\r\ncontent-disp", `${FORM_START}GIF89a`, `${FORM_START}G\r\n--xyz`]) {
    const response = await app.request("/detect", { method: "POST", headers, body });
    assertEquals([response.status, (await response.json()).code], [400, "malformed-request"]);
  }
});

const FORM_START =
  '--xyz\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\n';

for (
  const [type, start] of [
    ["image/png", ""],
    ["multipart/form-data; boundary=xyz", FORM_START],
  ] as const
) {
  Deno.test(`POST /detect stops reading an endless body of type ${type} at the limit`, async () => {
    logged.length = 0;
    let sent = 0;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
      pull(controller) {
        sent += 65536;
        controller.enqueue(new Uint8Array(65536));
        if (sent > 100 * LIMITS.maxBytes) controller.close();
      },
    });
    const headers = { "content-type": type };
    const response = await app.request("/detect", { method: "POST", headers, body });
    assertEquals([response.status, (await response.json()).code], [413, "too-many-bytes"]);
    assert(sent < 3 * LIMITS.maxBytes, `${sent} bytes were read`);
    assertEquals(logged, []);
  });
}

Deno.test("POST /detect names the limit and the value found", async () => {
  const sent = app.request("/detect?score=7", { method: "POST", body: IMAGE });
  await assertProblem(sent, 400, "invalid-option", '"score"', "at most 1", '"7"');
});

Deno.test("GET /detect answers 405 and names the method that works", async () => {
  const response = await app.request("/detect");
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  assertEquals((await response.json()).code, "method-not-allowed");
});

Deno.test("POST /detect answers a body that breaks off with 400, and logs nothing", async () => {
  logged.length = 0;
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  const response = await app.request("/detect", { method: "POST", body });
  assertEquals([response.status, (await response.json()).code], [400, "malformed-request"]);
  assertEquals(logged, []);
});

Deno.test("POST /detect logs an unexpected error and hides it from the client", async () => {
  logged.length = 0;
  const secret = new Error("secret");
  const failing = { ...detector, detect: () => Promise.reject(secret) };
  const broken = registryOf("broken", Promise.resolve(failing));
  await broken.started;
  const log = (error: Error) => logged.push(error);
  const other = createApp({ registry: broken, maxBytes: 1e6, log });
  const response = await other.request("/detect", { method: "POST", body: IMAGE });
  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [500, "internal"]);
  assert(!text.includes("secret"));
  assertEquals(logged, [secret]);
});

Deno.test("POST /healthz answers 405 with the allowed methods", async () => {
  const response = await app.request("/healthz", { method: "POST" });
  assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
});

for (
  const [method, path, allow, named] of [
    ["POST", "/problems/busy", "GET, HEAD", "/problems/{code}"],
    ["GET", "/detect/abc", "POST", "/detect/{token}"],
    ["GET", "/v1/images:annotate", "POST", "/v1/images:annotate"],
    ["PUT", "/v2/models/a/infer", "POST", "/v2/models/{name}/infer"],
    ["PUT", "/v2/models/a/versions/1", "GET, HEAD", "/v2/models/{name}/versions/{version}"],
  ] as const
) {
  Deno.test(`${method} ${path} answers 405 and names ${named} with its methods`, async () => {
    const response = await app.request(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allow]);
    const answer = await response.json();
    const detail = answer.detail ?? answer.error?.message ?? answer.error;
    assertEquals(detail, `${named} takes ${allow}: the request was ${method}`);
  });
}

for (const path of ["/wp-login/1", "/everyday8/1", "/everyday8/2"]) {
  Deno.test(`GET ${path} answers 404: only POST has the routes of Roboflow's API v0`, async () => {
    const message = await assertProblem(app.request(path), 404, "not-found", "POST /detect");
    assert(!message.includes(":version"), message);
  });
}

Deno.test("GET /models lists id, labels, input, sha256, metrics and status", async () => {
  const { default: chosen, models } = await (await app.request("/models")).json();
  assertEquals(chosen, "everyday8");
  const [model] = models;
  assertEquals(Object.keys(model), ["id", "labels", "input", "sha256", "metrics", "status"]);
  assertEquals(model.status, "ready");
  assertEquals(model.labels, ["person", "car", "bus", "train", "cat", "apple", "banana", "orange"]);
  assertEquals(model.sha256.length, 64);
});

Deno.test("GET /models/:id answers the manifest of a model, and 404 for an unknown one", async () => {
  assertEquals(await (await app.request("/models/everyday8")).json(), everyday8);
  await assertProblem(app.request("/models/nope"), 404, "unknown-model", "everyday8");
  const sent = await app.request("/models/everyday8", { method: "PUT" });
  assertEquals([sent.status, sent.headers.get("allow")], [405, "GET, HEAD, POST"]);
});

Deno.test("POST /detect loads a model on its first request", async () => {
  const several = new ModelRegistry({
    manifests: [everyday8, { ...everyday8, id: "second" }],
    atStart: ["everyday8"],
    load: (id) => Promise.resolve({ ...detector, detect: detectAs(id) }),
  });
  const other = createApp({ registry: several, maxBytes: 1e6, log: (error) => logged.push(error) });
  await several.started;
  const statuses = async () => {
    const { models } = await (await other.request("/models")).json();
    return models.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`);
  };
  assertEquals(await statuses(), ["everyday8 ready", "second idle"]);
  const answer = await other.request("/detect?model=second", { method: "POST", body: IMAGE });
  assertEquals((await answer.json()).model, "second");
  assertEquals(await statuses(), ["everyday8 ready", "second ready"]);
});

Deno.test("GET /healthz and GET /readyz answer 200 with a loaded model", async () => {
  assertEquals((await app.request("/healthz")).status, 200);
  assertEquals((await app.request("/readyz")).status, 200);
});

Deno.test("GET /readyz answers 503 with the reason while a model loads and after it failed", async () => {
  const never = Promise.withResolvers<never>();
  const loading = registryOf("slow", never.promise);
  const other = createApp({ registry: loading, maxBytes: 1e6, log: () => {} });
  const before = await other.request("/readyz");
  assertEquals([before.status, (await before.json()).code], [503, "model-not-ready"]);
  never.reject(new Error("the engine cannot start"));
  await loading.started;
  const after = other.request("/readyz");
  await assertProblem(after, 503, "model-not-ready", "the engine cannot start");
  const detect = await other.request("/detect", { method: "POST", body: IMAGE });
  assertEquals([detect.status, (await detect.json()).code], [503, "model-not-ready"]);
  assertEquals((await other.request("/healthz")).status, 200);
});

Deno.test("GET /problems/:code explains every code that an answer's type points to", async () => {
  const response = await app.request("/problems/too-many-pixels");
  assertEquals((await response.json()).status, 413);
  assertEquals((await app.request("/problems/constructor")).status, 404);
});

/** Creates a registry with one model, which loads at the start. */
function registryOf(id: string, loading: Promise<Detector>): ModelRegistry {
  return new ModelRegistry({
    manifests: [{ ...everyday8, id }],
    atStart: [id],
    load: () => loading,
  });
}

/** Returns the real detector under another name. */
function detectAs(model: string): Detector["detect"] {
  return async (bytes, options) => ({ ...await detector.detect(bytes, options), model });
}

function formOf(
  bytes: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
  name = "image",
): FormData {
  const form = new FormData();
  form.set(name, new File([bytes], "image.png"));
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  return form;
}

function textForm(name: string, value: string): FormData {
  const form = new FormData();
  form.set(name, value);
  return form;
}

/** Returns an image that is damaged in the middle. */
function damaged(): BodyInit {
  return IMAGE.slice().fill(0x11, 2000, IMAGE.length - 2000);
}

/** Returns an image of 700x600 = 420,000 pixels in a few hundred bytes. */
function largeImage(): BodyInit {
  const [width, height] = [700, 600];
  const data = new Uint8Array(width * height);
  return encodePng({ data, width, height, channels: 1, reduction: 1 });
}

interface Found {
  label: string;
  score: number;
  box: { xmin: number; ymin: number; xmax: number; ymax: number };
}

async function detections(response: Response | Promise<Response>): Promise<Found[]> {
  const answer = await (await response).json();
  return answer.detections;
}
