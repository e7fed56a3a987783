import { assertEquals, assertMatch } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import manifest from "../../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../../src/manifest/manifest.ts";
import { createApp } from "../../../routes/app.ts";
import type { RequestLine } from "../../../routes/guards/request_log.ts";
import { DomainError, type ErrorCode } from "../../../src/core/domain_error.ts";
import { ModelRegistry } from "../../../src/serving/model_registry.ts";
import type { Detector } from "../../../src/ports/detector.ts";
import { assertProblem } from "../../testing.ts";
import { quickApp } from "../quick_app.ts";
import { encodedBody, INFER, jsonBody } from "./infer_body.ts";

const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);
const everyday8 = parseManifest(manifest);

for (
  const [path, answer] of [
    ["/v2", {
      name: "retinanet-edge",
      version: config.version,
      extensions: ["binary_tensor_data"],
    }],
    ["/v2/health/live", { live: true }],
    ["/v2/health/ready", { ready: true }],
    ["/v2/models/everyday8/ready", { name: "everyday8", ready: true }],
    ["/v2/models/everyday8/versions/1/ready", { name: "everyday8", ready: true }],
  ] as const
) {
  Deno.test(`GET ${path} answers as the protocol says`, async () => {
    const response = await (await quickApp()).request(path);
    assertEquals([response.status, await response.json()], [200, answer]);
  });
}

Deno.test("GET /v2/models/{name} describes the tensors, with and without its version", async () => {
  const app = await quickApp();
  for (const path of ["/v2/models/everyday8", "/v2/models/everyday8/versions/1"]) {
    assertEquals(await (await app.request(path)).json(), {
      name: "everyday8",
      versions: ["1"],
      platform: "onnx_onnxv1",
      inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
      outputs: [
        { name: "boxes", datatype: "FP32", shape: [-1, 4] },
        { name: "scores", datatype: "FP32", shape: [-1] },
        { name: "class_ids", datatype: "INT64", shape: [-1] },
        { name: "labels", datatype: "BYTES", shape: [-1] },
        { name: "num_detections", datatype: "INT32", shape: [1] },
      ],
    });
  }
});

Deno.test("POST /v2/repository/index lists the models", async () => {
  const response = await (await quickApp()).request("/v2/repository/index", jsonBody("{}"));
  const model = { name: "everyday8", version: "1", state: "READY", reason: "" };
  assertEquals(await response.json(), [model]);
});

for (
  const [what, path, init, status, code, error] of [
    ["an unknown model", "/v2/models/nope", {}, 404, "unknown-model", "everyday8"],
    [
      "the readiness of an unknown model",
      "/v2/models/nope/ready",
      {},
      404,
      "unknown-model",
      "nope",
    ],
    ["an image for an unknown model", "/v2/models/nope/infer", encodedBody(PHOTO), 404, ...[
      "unknown-model" as const,
      "nope",
    ]],
    ["an unknown version", "/v2/models/everyday8/versions/2", {}, 404, "unknown-model", '"2"'],
    [
      "an image for an unknown version",
      "/v2/models/everyday8/versions/2/infer",
      encodedBody(PHOTO),
      ...[
        404 as const,
        "unknown-model" as const,
        "only 1",
      ],
    ],
    ["an unknown path", "/v2/models", {}, 404, "not-found", "/v2"],
    ["another method", INFER, {}, 405, "method-not-allowed", "takes POST"],
    ["another method of the mount point", "/v2", { method: "POST" }, 405, ...[
      "method-not-allowed" as const,
      "GET, HEAD",
    ]],
    ["a model in the query", `${INFER}?model=everyday8`, encodedBody(PHOTO), 400, ...[
      "invalid-option" as const,
      "the path",
    ]],
    ["an unknown option in the query", `${INFER}?scroe=1`, encodedBody(PHOTO), 400, ...[
      "invalid-option" as const,
      '"scroe"',
    ]],
  ] as const
) {
  Deno.test(`/v2 answers ${what} with ${status} ${code} in the protocol's form`, async () => {
    const response = await (await quickApp()).request(path, init as RequestInit);
    const { requestId, ...answer } = await response.clone().json();
    assertEquals(Object.keys(answer), ["error", "code"]);
    await assertProblem(response, status, code, error);
    assertEquals(requestId, response.headers.get("x-request-id"));
    assertMatch(response.headers.get("content-type") ?? "", /^application\/json/);
  });
}

Deno.test("/v2 has the same guards, which refuse in the protocol's form", async () => {
  const hash = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
  const app = await quickApp({
    keys: [{ name: "alice", sha256: await hash("secret") }],
    keyRate: { limit: 2, windowMs: 60_000 },
    maxHeaders: 10,
  });
  const key = { "x-api-key": "secret" };
  const answerTo = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { headers });
    return [response.status, (await response.json()).code];
  };
  assertEquals(await answerTo("/v2"), [401, "unauthorized"]);
  assertEquals(await answerTo("/v2/models/everyday8/ready"), [401, "unauthorized"]);
  for (const path of ["/v2/health/live", "/v2/health/ready"]) {
    assertEquals((await app.request(path)).status, 200);
  }
  assertEquals((await app.request("/v2", { headers: key })).status, 200);
  const post = encodedBody(PHOTO);
  const headers = { ...post.headers, ...key };
  assertEquals((await app.request(INFER, { ...post, headers })).status, 200);
  assertEquals(await answerTo("/v2", key), [429, "too-many-requests"]);
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x-${i}`, "1"]));
  assertEquals(await answerTo("/v2", many), [431, "too-many-headers"]);
});

Deno.test("POST infer times out a slow body, and refuses bodies over the budget", async () => {
  const held = Promise.withResolvers<void>();
  const app = await quickApp({ maxBytes: 1000, bodyMemory: 1500, bodyTimeoutMs: 200 });
  const isRead = Promise.withResolvers<void>();
  const slow = new ReadableStream({
    async pull(controller) {
      controller.enqueue(new Uint8Array(1000));
      isRead.resolve();
      await held.promise;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const first = app.request(INFER, { method: "POST", body: slow });
  await isRead.promise;
  const refused = await app.request(INFER, encodedBody(new Uint8Array(900)));
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals((await refused.json()).code, "busy");
  const late = await first;
  assertEquals([late.status, (await late.json()).code], [408, "body-timeout"]);
  held.resolve();
  assertEquals((await app.request(INFER, encodedBody(new Uint8Array(900)))).status, 200);
});

Deno.test("POST infer logs nothing of the image or the query", async () => {
  const lines: RequestLine[] = [];
  const app = await quickApp({ logRequest: (line) => lines.push(line) });
  const init = encodedBody(PHOTO, { id: "private" });
  await app.request(`${INFER}?classes=apple`, init);
  const { path, status, bytesIn } = lines[0]!;
  assertEquals([path, status, bytesIn], [INFER, 200, (init.body as Blob).size]);
  assertEquals(JSON.stringify(lines).match(/private|apple/), null);
});

for (
  const [code, status, retryAfter] of [
    ["busy", 503, "1"],
    ["run-timeout", 503, "1"],
    ["decode-timeout", 422, null],
    ["corrupt-image", 422, null],
    ["too-many-pixels", 413, null],
    ["not-an-image", 415, null],
  ] as const
) {
  Deno.test(`POST infer answers ${code} of the detector with ${status}`, async () => {
    const app = await failingApp(code);
    const response = await app.request(INFER, encodedBody(PHOTO));
    assertEquals([response.status, response.headers.get("retry-after")], [status, retryAfter]);
    assertEquals((await response.json()).error, "as it is");
  });
}

Deno.test("GET /v2/health/ready and the readiness of a model answer 503 with the reason", async () => {
  const load = () => Promise.reject(new DomainError("graph-mismatch", "it has no heads"));
  const registry = new ModelRegistry({ manifests: [everyday8], atStart: ["everyday8"], load });
  await registry.started;
  const app = createApp({ registry, maxBytes: 1000, log: () => {} });
  for (const path of ["/v2/health/ready", "/v2/models/everyday8/ready"]) {
    await assertProblem(app.request(path), 503, "model-not-ready", "it has no heads");
  }
  const [model] = await (await app.request("/v2/repository/index", { method: "POST" })).json();
  assertEquals([model.state, model.reason], ["UNAVAILABLE", "it has no heads"]);
  assertEquals((await app.request("/v2/health/live")).status, 200);
});

/** Creates an app with a detector that fails. */
async function failingApp(code: ErrorCode) {
  const engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  const detector = {
    engine,
    detect: () => Promise.reject(new DomainError(code, "as it is")),
    close: () => Promise.resolve(),
  } as unknown as Detector;
  const load = () => Promise.resolve(detector);
  const registry = new ModelRegistry({ manifests: [everyday8], atStart: ["everyday8"], load });
  await registry.started;
  return createApp({ registry, maxBytes: 1000, log: () => {} });
}
