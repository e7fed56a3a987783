import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type AppDeps, createApp } from "../../../routes/app.ts";
import type { RequestLine } from "../../../routes/guards/request_log.ts";
import { createResizePlan } from "../../../src/core/resize_plan.ts";
import { modelInfo } from "../../../src/detect/model_info.ts";
import { candidatesOfRun, postprocess } from "../../../src/detect/postprocess.ts";
import { resolveOptions } from "../../../src/detect/resolve_options.ts";
import type { HeadsManifest, Manifest } from "../../../src/manifest/manifest.ts";
import type { Detector } from "../../../src/ports/detector.ts";
import { ModelRegistry } from "../../../src/serving/model_registry.ts";
import { makeOutputs, remember } from "../../detect/make_outputs.ts";
import { postprocessed, smallFinished } from "../../manifest/small_manifest.ts";
import { between, pick, seededRandom } from "../../random.ts";
import { assertProblem } from "../../testing.ts";
import { newApiKey, post, postJson } from "../quick_app.ts";

const random = seededRandom(23);

/** Model with enough overlapping candidates for each option to matter. */
const MANIFEST: HeadsManifest = {
  ...postprocessed({ score: 0.3, candidates: { perLevel: 30, total: 40 }, limit: 20 }),
  labels: ["cat", null, "dog"],
};
const PLAN = createResizePlan({ width: 64, height: 48 }, MANIFEST.resize, MANIFEST.pad);
const OUTPUTS = makeOutputs(
  MANIFEST,
  PLAN.input,
  remember(() => between(random, -4, 3)),
  remember(() => between(random, -0.6, 0.6)),
);
const ENGINE = { provider: "wasm", threads: 1, reason: "it is a test" } as const;

/** Post-processes the same outputs for every image. */
const detector: Detector = {
  model: modelInfo(MANIFEST),
  engine: ENGINE,
  detect(_, options = {}) {
    const resolved = resolveOptions(MANIFEST, options);
    const candidates = candidatesOfRun(MANIFEST, OUTPUTS, PLAN, resolved);
    return Promise.resolve({
      model: MANIFEST.id,
      image: PLAN.source,
      detections: postprocess(MANIFEST, OUTPUTS, PLAN, resolved),
      engine: ENGINE,
      timing: { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 },
      ...candidates && { candidates },
    });
  },
  close: () => Promise.resolve(),
};

async function appWith(
  deps: Partial<AppDeps> = {},
  manifest: Manifest = MANIFEST,
  own: Detector = detector,
) {
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: [manifest.id],
    load: () => Promise.resolve(own),
  });
  await registry.started;
  return createApp({ registry, maxBytes: 1000, log: () => {}, ...deps });
}

const app = await appWith();

/** Image of a request. The detector does not look at it. */
const IMAGE = new Uint8Array([1, 2, 3, 4]);

async function keep(query = "", headers = {}, target = app) {
  const response = await target.request(`/detect?keep=true${query}`, post(IMAGE, headers));
  const answer = await response.json();
  assertEquals(response.status, 200, JSON.stringify(answer));
  return answer;
}

/** Returns the detections of an answer, with the image and the model. */
async function detectionsOf(response: Response | Promise<Response>) {
  const answer = await response;
  const { model, image, detections, ...problem } = await answer.json();
  assertEquals(answer.status, 200, JSON.stringify(problem));
  return { model, image, detections };
}

/** Returns random options as a client sends them in a query. */
function randomQuery(): Record<string, string> {
  const some = (value: () => string | number | boolean): [string] | [] =>
    random() < 0.5 ? [String(value())] : [];
  const score = () => between(random, 0.01, 0.9).toFixed(4);
  const nms = pick([undefined, "hard", "soft-linear", "soft-gaussian"], random);
  const isGaussian = nms === "soft-gaussian";
  const entries = {
    score: some(score),
    scores: some(() => pick([`cat:${score()}`, ` dog : ${score()},cat:${score()}`], random)),
    iou: isGaussian ? [] : some(() => between(random, 0, 1)),
    sigma: isGaussian ? some(() => between(random, 0.05, 1)) : [],
    max: some(() => pick([1, 3, 20], random)),
    classes: some(() => pick(["cat", "dog", "dog,cat"], random)),
    nms: nms === undefined ? [] : [nms],
    class_agnostic: some(() => random() < 0.5),
    explain: some(() => random() < 0.5),
    boxes: some(() => pick(["xyxy", "xywh", "cxcywh"], random)),
    normalized: some(() => random() < 0.5),
    model: some(() => MANIFEST.id),
  };
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, [value]]) =>
      value === undefined ? [] : [[name, value]]
    ),
  );
}

/** Returns options of a query as JSON has them. */
function asJson({ scores, ...query }: Record<string, string>): Record<string, unknown> {
  const isText = /^(boxes|nms|model)$/;
  const rest = Object.entries(query).map(([name, value]) => [
    name,
    name === "classes" ? value.split(",") : isText.test(name) ? value : JSON.parse(value),
  ]);
  const pairs = scores?.split(",").map((pair) => pair.split(":").map((part) => part.trim()));
  return {
    ...Object.fromEntries(rest),
    ...pairs &&
      { scores: Object.fromEntries(pairs.map(([label, score]) => [label, Number(score)])) },
  };
}

Deno.test("POST /detect/{token} equals POST /detect with the same options", async () => {
  const { token, minScore } = await keep();
  assertEquals(minScore, 0.01);
  const seen = new Set<string>();
  for (let round = 0; round < 60; round++) {
    const query = randomQuery();
    const text = new URLSearchParams(query);
    const expected = await detectionsOf(app.request(`/detect?${text}`, post(IMAGE)));
    const form = new FormData();
    for (const [name, value] of text) form.append(name, value);
    const bodies: readonly (readonly [string, RequestInit])[] = [
      [`?${text}`, { method: "POST" }],
      ["", postJson(asJson(query))],
      ["", { method: "POST", body: text }],
      ["?score=0.9&max=1", { method: "POST", body: form }],
    ];
    for (const [search, init] of bodies.slice(0, text.size === 0 ? 1 : 3)) {
      const found = await detectionsOf(app.request(`/detect/${token}${search}`, init));
      assertEquals(found, expected, `${text} by ${init.headers ? "JSON" : search || "form"}`);
    }
    if (query.score && query.max) {
      const [search, init] = bodies[3]!;
      assertEquals(await detectionsOf(app.request(`/detect/${token}${search}`, init)), expected);
    }
    seen.add(JSON.stringify(expected.detections.map(({ score }: { score: number }) => score)));
  }
  assert(seen.size > 30, `only ${seen.size} different results`);
});

Deno.test("POST /detect?keep=true answers the same detections, a token and a time", async () => {
  const { token, expires, minScore, ...rest } = await keep("&score=0.4");
  const plain = await (await app.request("/detect?score=0.4", post(IMAGE))).json();
  assertEquals(rest, plain);
  assertMatch(token, /^[A-Za-z0-9_-]{32}$/);
  const seconds = (Date.parse(expires) - Date.now()) / 1000;
  assert(seconds > 290 && seconds <= 300, expires);
  assertEquals(minScore, 0.01);
  assertNotEquals((await keep()).token, token);
});

Deno.test("every image of a request gets a token of its own", async () => {
  const form = new FormData();
  for (const name of ["a", "b"]) form.append("image", new File([IMAGE], name));
  const list = await (await app.request("/detect?keep=true", { method: "POST", body: form }))
    .json();
  const lines = (await (await app.request("/detect/batch?keep=true", {
    method: "POST",
    body: form,
  })).text()).trim().split("\n").map((line) => JSON.parse(line));
  const tokens = [...list.results, ...lines].map(({ token }) => token);
  assertEquals(new Set(tokens).size, 4);
  for (const token of tokens) {
    assertEquals((await app.request(`/detect/${token}`, { method: "POST" })).status, 200);
  }
});

Deno.test("an explanation names level, cell, anchor, logit and suppressed boxes", async () => {
  const { detections } = await detectionsOf(app.request("/detect?explain=true", post(IMAGE)));
  let suppressed = 0;
  for (const { explanation: each, score, classId } of detections) {
    const stride = each.level === "P3" ? 8 : 16;
    assertEquals([each.level, each.stride], [`P${Math.log2(stride)}`, stride]);
    const { column, row } = each.cell;
    assert(column < PLAN.input.width / stride && row < PLAN.input.height / stride);
    const ratio = each.anchor.index === 0 ? 1 : 4;
    assertEquals(each.anchor, { index: each.anchor.index, size: stride, ratio });
    assertEquals(each.networkScore, score);
    assert(Math.abs(1 / (1 + Math.exp(-each.logit)) - score) < 1e-4);
    assertEquals(each.suppressed.length, Math.min(16, each.suppressedCount));
    for (const other of each.suppressed) {
      assert(other.iou > 0.5 && other.score <= score && other.classId === classId);
    }
    suppressed += each.suppressedCount;
  }
  assert(suppressed > 0);
});

Deno.test("an explanation of soft-NMS has the score before it was lowered", async () => {
  const query = "explain=true&nms=soft-gaussian&score=0.1";
  const { detections } = await detectionsOf(app.request(`/detect?${query}`, post(IMAGE)));
  const lowered = detections.filter((
    each: { score: number; explanation: { networkScore: number } },
  ) => each.score < each.explanation.networkScore);
  assert(lowered.length > 0);
});

Deno.test("POST /detect/{token} answers an overlay as SVG", async () => {
  const { token } = await keep();
  const svg = await app.request(`/detect/${token}?format=svg&overlay=true`, { method: "POST" });
  assertEquals(svg.headers.get("content-type"), "image/svg+xml");
  const expected = await app.request("/detect?format=svg&overlay=true", post(IMAGE));
  assertEquals(await svg.text(), await expected.text());
});

const REFUSED:
  readonly (readonly [search: string, init: RequestInit, code: string, word: string])[] = [
    ["?format=png", {}, "invalid-option", "json, or svg with overlay=true"],
    ["", postJson({ format: "png" }), "invalid-option", '"format" must be json or svg'],
    ["?format=svg", {}, "invalid-option", "overlay=false"],
    ["?overlay=true", {}, "invalid-option", "overlay=true"],
    ["?keep=true", {}, "invalid-option", '"keep"'],
    ["?side=100&format=png", {}, "invalid-option", '"side"'],
    ["?tiles=auto", {}, "invalid-option", '"tiles"'],
    ["", postJson({ tiles: "auto" }), "invalid-option", '"tiles" is no option'],
    ["?model=other", {}, "invalid-option", '"small"'],
    ["?score=0.001", {}, "invalid-option", "above the score 0.01"],
    ["?scores=cat:0.001", {}, "invalid-option", "threshold is 0.001"],
    ["?nms=soft", {}, "invalid-option", "soft-linear, soft-gaussian"],
    ["?sigma=1", {}, "invalid-option", '"sigma"'],
    ["?nms=soft-gaussian&iou=0.5", {}, "invalid-option", '"iou"'],
    ["?nms=soft-gaussian&sigma=0", {}, "invalid-option", "at least 0.01"],
    ["?classes=bird", {}, "unknown-class", '"bird"'],
    ["?scores=bird:0.5", {}, "unknown-class", '"bird"'],
    ["?scores=cat", {}, "invalid-option", "cat:0.3,person:0.6"],
    ["?scores=cat:2", {}, "invalid-option", '"scores'],
    ["?scores=cat:0.5,cat:0.6", {}, "invalid-option", "each label once"],
    ["?explain=yes", {}, "invalid-option", "true or false"],
    ["?image=x", {}, "invalid-option", '"image" is no option'],
    ["", postJson({ image: "x" }), "invalid-option", '"image" is no option'],
    ["", postJson({ scores: { cat: "1" } }), "invalid-option", '"scores.cat"'],
    ["?scores=__proto__:0.5", {}, "unknown-class", '"__proto__"'],
    ["", postJson({ scores: ["cat"] }), "invalid-option", '"scores"'],
    ["", postJson([]), "malformed-request", "must be an object"],
    ["", post("score=0.5", { "content-type": "text/plain" }), "malformed-request", "Content-Type"],
  ];

for (const [search, init, code, word] of REFUSED) {
  const body = init.body === undefined ? "" : ` with ${init.body}`;
  Deno.test(`POST /detect/{token}${search}${body} is refused`, async () => {
    const { token } = await keep();
    const response = app.request(`/detect/${token}${search}`, { method: "POST", ...init });
    await assertProblem(response, 400, code, word);
  });
}

const HOSTILE = [
  "A".repeat(32),
  "a",
  "..%2F..%2Fetc",
  "__proto__",
  "constructor",
  "%00".repeat(10),
  "A".repeat(4000),
  "é",
];

for (const token of HOSTILE) {
  Deno.test(`POST /detect/${token.slice(0, 20)} is an unknown token`, async () => {
    const said = await assertProblem(
      app.request(`/detect/${token}`, { method: "POST" }),
      404,
      "unknown-token",
      "300 s",
      "keep=true",
    );
    assert(!said.includes(token.slice(1)) || token.length < 3);
  });
}

Deno.test("a token works only with the API key that made it", async () => {
  const [alice, bob] = [await newApiKey("alice"), await newApiKey("bob")];
  const guarded = await appWith({ keys: [alice.accepted, bob.accepted] });
  const as = (key: string) => ({ "x-api-key": key });
  const { token } = await keep("", as(alice.key), guarded);
  const ask = (headers: Record<string, string>) =>
    guarded.request(`/detect/${token}`, { method: "POST", headers });
  assertEquals((await ask(as(alice.key))).status, 200);
  await assertProblem(ask(as(bob.key)), 404, "unknown-token", "API key that made it");
  await assertProblem(ask({}), 401, "unauthorized");
  // The answer to another key does not depend on whether the token exists.
  const wrong = await guarded.request(`/detect/${"A".repeat(32)}`, {
    method: "POST",
    headers: as(bob.key),
  });
  const other = await ask(as(bob.key));
  assertEquals((await wrong.json()).detail, (await other.json()).detail);
});

Deno.test("a token works in no other app, and below the mount of its own", async () => {
  const { token } = await keep();
  const other = await appWith();
  await assertProblem(other.request(`/detect/${token}`, { method: "POST" }), 404, "unknown-token");
  const { Hono } = await import("hono");
  const parent = new Hono().route("/vision", await appWith());
  const kept = await (await parent.request("/vision/detect?keep=true", post(IMAGE))).json();
  const path = `/vision/detect/${kept.token}`;
  assertEquals((await parent.request(path, { method: "POST" })).status, 200);
});

Deno.test("an app without memory for candidates refuses keep and knows no token", async () => {
  const none = await appWith({ keepMemory: 0 });
  const response = none.request("/detect?keep=true", post(IMAGE));
  await assertProblem(response, 400, "invalid-option", '"keep"', "keeps no candidates");
  const unknown = none.request(`/detect/${"A".repeat(32)}`, { method: "POST" });
  await assertProblem(unknown, 404, "unknown-token", "keeps no candidates");
  const form = new FormData();
  form.append("image", new File([IMAGE], "a"));
  const batch = none.request("/detect/batch?keep=true", { method: "POST", body: form });
  await assertProblem(batch, 400, "invalid-option", '"keep"');
});

for (const option of ["keep", "explain"]) {
  Deno.test(`POST /detect refuses ${option}=true for a drawing`, async () => {
    const response = app.request(`/detect?${option}=true&format=svg`, post(IMAGE));
    await assertProblem(response, 400, "invalid-option", `"${option}"`, "json");
  });

  Deno.test(`POST /coco/images/1 refuses ${option}=true, as its response has one form`, async () => {
    const response = app.request(`/coco/images/1?${option}=true`, post(IMAGE));
    await assertProblem(response, 400, "invalid-option", `"${option}"`);
  });
}

const INSIDE = ["keep=true", "explain=true", "nms=soft-linear", "class_agnostic=true"];

for (const option of INSIDE) {
  Deno.test(`a model with NMS in its graph refuses ${option}`, async () => {
    const finished = await appWith({}, smallFinished, {
      ...detector,
      // deno-lint-ignore require-await -- an error must reject
      detect: async (_, options = {}) => {
        resolveOptions(smallFinished, options);
        throw new Error("the options were accepted");
      },
    });
    const response = finished.request(`/detect?${option}`, post(IMAGE));
    await assertProblem(response, 400, "invalid-option", "suppresses inside its graph");
  });
}

Deno.test("POST /detect refuses keep=true with tiles", async () => {
  const response = app.request("/detect?keep=true&tiles=auto", post(IMAGE));
  await assertProblem(response, 400, "invalid-option", '"keep"', '"tiles"');
});

Deno.test("POST is the only method of a token", async () => {
  const response = await app.request(`/detect/${"A".repeat(32)}`);
  assertEquals(response.headers.get("allow"), "POST");
  await assertProblem(response, 405, "method-not-allowed");
});

Deno.test("the log contains no token", async () => {
  const lines: RequestLine[] = [];
  const logged = await appWith({ logRequest: (line) => lines.push(line) });
  const { token } = await keep("", {}, logged);
  await logged.request(`/detect/${token}`, { method: "POST" });
  assertEquals(lines.map(({ path }) => path), ["/detect", "/detect/{token}"]);
});
