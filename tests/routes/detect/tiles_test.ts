import { assertEquals, assertStringIncludes } from "@std/assert";
import type { DetectOptions } from "../../../src/ports/detector.ts";
import { rectangles, whiteBoxDetector } from "../../detect/white_box_detector.ts";
import { encodePng } from "../../sample_images/encode_png.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import { assertProblem } from "../../testing.ts";
import { appOf, post, postJson, quickApp, type Seen } from "../quick_app.ts";

const raw = rectangles(640, 640, [[300, 100, 20, 20], [100, 250, 400, 300]]);
const PNG = encodePng({ ...raw, data: new Uint8Array(raw.data), channels: 3, reduction: 1 });
const BASE64 = PNG.toBase64();
const { codec } = await hostRuntime({ threads: 1 });
const LIMITS = { maxBytes: 1e6, maxPixels: 1e6, maxDecodedBytes: 1e8, maxTiles: 9 };

async function tiledApp() {
  const { detector, session } = whiteBoxDetector(LIMITS, { codec });
  return { app: await appOf(detector, { maxBytes: 1e6 }), session };
}

function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  form.set("image", new Blob([PNG]), "a.png");
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

const QUERY = "tiles=3x3&overlap=0.1&merge=wbf&whole=false";
const OPTIONS: DetectOptions = { tiles: "3x3", overlap: 0.1, merge: "wbf", whole: false };

/** Ways to send an image and options. */
const WAYS: readonly (readonly [name: string, path: string, init: () => RequestInit])[] = [
  ["the query", `/detect?${QUERY}`, () => post(PNG)],
  [
    "a form",
    "/detect",
    () => ({ method: "POST", body: formOf(Object.fromEntries(new URLSearchParams(QUERY))) }),
  ],
  [
    "a URL-encoded form",
    "/detect",
    () => ({
      method: "POST",
      body: new URLSearchParams([["image", BASE64], ...new URLSearchParams(QUERY)]),
    }),
  ],
  ["JSON", "/detect", () => postJson({ image: BASE64, ...OPTIONS })],
  ["a list of JSON", "/detect", () => postJson({ images: [BASE64], ...OPTIONS })],
  [
    "a batch",
    `/detect/batch?${QUERY}`,
    () => ({ method: "POST", body: formOf({}) }),
  ],
];

for (const [name, path, init] of WAYS) {
  Deno.test(`tiles: ${name} passes the options to the detector`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({ maxBytes: 1e6 }, seen);
    const response = await app.request(path, init());
    assertEquals(response.status, 200, await response.text());
    const { tiles, overlap, merge, whole } = seen[0]?.options ?? {};
    assertEquals({ tiles, overlap, merge, whole }, OPTIONS);
  });
}

Deno.test("POST /detect tells the grid and the number of runs", async () => {
  const { app, session } = await tiledApp();
  const plain = await (await app.request("/detect", post(PNG))).json();
  assertEquals([plain.tiles, plain.detections.length], [undefined, 1]);
  session.runs = 0;
  const response = await app.request("/detect?tiles=3x3", post(PNG));
  const answer = await response.json();
  assertEquals(answer.tiles, { columns: 3, rows: 3, views: 10 });
  assertEquals([session.runs, answer.detections.length], [10, 2]);
  assertEquals(Object.keys(answer.timing), Object.keys(plain.timing));
  assertStringIncludes(response.headers.get("server-timing") ?? "", "inference;dur=");
});

Deno.test("POST /detect/batch detects each image in tiles", async () => {
  const { app, session } = await tiledApp();
  const form = formOf({ tiles: "2x2" });
  form.append("image", new Blob([PNG]), "b.png");
  const response = await app.request("/detect/batch", { method: "POST", body: form });
  const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ tiles }) => tiles.views), [5, 5]);
  assertEquals(session.runs, 10);
});

Deno.test("POST /detect refuses more tiles than MAX_TILES with a code of its own", async () => {
  const { app, session } = await tiledApp();
  for (const init of [post(PNG), postJson({ image: BASE64 })]) {
    await assertProblem(
      app.request("/detect?tiles=5x2", init),
      400,
      "too-many-tiles",
      "at most 9 tiles: current value is 10 (5x2)",
    );
  }
  assertEquals(session.runs, 0);
  const auto = await (await app.request("/detect?tiles=auto", post(PNG))).json();
  assertEquals(auto.tiles, { columns: 3, rows: 3, views: 10 });
});

const WRONG: readonly (readonly [query: string, json: Record<string, unknown>, words: string])[] = [
  ["tiles=4", { tiles: "4" }, '"tiles" must be "auto", or columns and rows such as "4x3"'],
  ["tiles=0x1", { tiles: "0x1" }, 'current value is "0x1"'],
  ["tiles=", { tiles: "" }, '"tiles" must be'],
  ["tiles=2x2&tiles=3x3", { tiles: ["2x2", "3x3"] }, '"tiles" must be'],
  ["tiles=2x2&overlap=0.6", { tiles: "2x2", overlap: 0.6 }, '"overlap" must be at most 0.5'],
  ["tiles=2x2&overlap=-1", { tiles: "2x2", overlap: -1 }, '"overlap" must be at least 0'],
  ["tiles=2x2&overlap=a", { tiles: "2x2", overlap: "0.2" }, '"overlap" must be a number'],
  ["tiles=2x2&merge=wfb", { tiles: "2x2", merge: "wfb" }, '"merge" must be nms, wbf'],
  ["tiles=2x2&whole=1", { tiles: "2x2", whole: 1 }, '"whole" must be true or false'],
  ["overlap=0.2", { overlap: 0.2 }, '"tiles" is unset'],
  ["whole=false", { whole: false }, '"tiles" is unset'],
  ["tile=2x2", { tile: "2x2" }, '"tile" is no option; did you mean "tiles"?'],
];

for (const [query, json, words] of WRONG) {
  Deno.test(`POST /detect refuses ${query}`, async () => {
    const { app, session } = await tiledApp();
    await assertProblem(app.request(`/detect?${query}`, post(PNG)), 400, "invalid-option", words);
    await assertProblem(
      app.request("/detect", postJson({ image: BASE64, ...json })),
      400,
      "invalid-option",
      words,
    );
    assertEquals(session.runs, 0);
  });
}

Deno.test("POST /detect refuses a token for an image in tiles", async () => {
  const { app } = await tiledApp();
  await assertProblem(app.request("/detect?tiles=2x2&keep=true", post(PNG)), 400, "invalid-option");
});

Deno.test("POST /detect draws what it found in tiles", async () => {
  const { app } = await tiledApp();
  const labels = async (query: string) => {
    const response = await app.request(`/detect?format=svg&overlay=true${query}`, post(PNG));
    return (await response.text()).match(/<text/g)?.length;
  };
  assertEquals([await labels(""), await labels("&tiles=3x3")], [1, 2]);
});
