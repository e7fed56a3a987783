import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import * as schemas from "../../packaging/openapi/schemas.ts";
import { OPENAPI } from "../../routes/reference/document.ts";
import { createApp, createDetector } from "../../src/platforms/host/embed.ts";

interface Case {
  readonly name: string;
  readonly path: string;
  readonly init?: () => RequestInit;
  readonly status?: number;
  readonly schema: z.ZodType;
}

const photo = await Deno.readFile(new URL("../../docs/photos/cat.jpg", import.meta.url));
const base64 = photo.toBase64();
const model = "/v2/models/everyday8";

/** Feature of a request to Cloud Vision. */
const OBJECT_LOCALIZATION = { type: "OBJECT_LOCALIZATION" };

const tensor = (parameters: object = {}) =>
  json({
    id: "7",
    inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [base64] }],
    parameters: { score: 0.05, ...parameters },
  });

const CASES: readonly Case[] = [
  {
    name: "an image as the body",
    path: "/detect?score=0.05&max=3",
    init: () => body(photo, "image/jpeg"),
    schema: schemas.DETECT_RESULT,
  },
  {
    name: "an image in a form",
    path: "/detect",
    init: () => ({ method: "POST", body: form() }),
    schema: schemas.DETECT_RESULT,
  },
  {
    name: "an image in JSON",
    path: "/detect",
    init: () => json({ image: base64, score: 0.05 }),
    schema: schemas.DETECT_RESULT,
  },
  {
    name: "several images",
    path: "/detect",
    init: () => json({ images: [base64, { image: "AAAA", name: "a.txt" }], score: 0.05 }),
    schema: schemas.DETECT_RESULTS,
  },
  { name: "the models", path: "/models", schema: schemas.MODEL_LIST },
  { name: "a manifest", path: "/models/everyday8", schema: schemas.MANIFEST },
  { name: "liveness", path: "/healthz", schema: schemas.ALIVE },
  { name: "readiness", path: "/readyz", schema: schemas.READY },
  { name: "a problem code", path: "/problems/no-image", schema: schemas.PROBLEM_TYPE },
  { name: "the server", path: "/v2", schema: schemas.SERVER_METADATA },
  { name: "liveness in /v2", path: "/v2/health/live", schema: schemas.LIVE },
  { name: "readiness in /v2", path: "/v2/health/ready", schema: schemas.SERVER_READY },
  { name: "the tensors of a model", path: model, schema: schemas.MODEL_METADATA },
  { name: "a version", path: `${model}/versions/1`, schema: schemas.MODEL_METADATA },
  { name: "a model's readiness", path: `${model}/ready`, schema: schemas.MODEL_READY },
  {
    name: "the repository",
    path: "/v2/repository/index",
    init: () => ({ method: "POST" }),
    schema: schemas.REPOSITORY_INDEX,
  },
  { name: "tensors", path: `${model}/infer`, init: tensor, schema: schemas.INFER_RESULT },
  ...problemCases(),
];

const detector = await createDetector({ model: "everyday8", engine: "wasm" });
const app = createApp({ detector, maxBytes: 1_000_000 });

for (const { name, path, init, status = 200, schema } of CASES) {
  Deno.test(`the response to ${name} (${status}) has the form that the document states`, async () => {
    const response = await app.request(path, init?.());
    const answer = await response.json();
    assertEquals(response.status, status, JSON.stringify(answer));
    const parsed = schema.safeParse(answer);
    assert(parsed.success, parsed.error?.message);
    const [mediaType] = response.headers.get("content-type")!.split(";");
    const described = responseOf(path, init?.().method ?? "GET", status);
    assert(described.content[mediaType!], `${mediaType} is not in the document`);
    const codes = codesOf(described.content[mediaType!]!.schema);
    if (codes) assert(codes.includes(answer.code), `${answer.code} is not in the document`);
    for (const header of requiredHeaders(described)) {
      assert(response.headers.has(header), `there is no header ${header}`);
    }
    // A field that the document lacks must be noticed.
    const more = Array.isArray(answer) ? [{ ...answer[0], more: 1 }] : { ...answer, more: 1 };
    assertEquals(schema.safeParse(more).success, false);
  });
}

Deno.test("the responses with a token, and to it, have the form that the document states", async () => {
  const init = body(photo, "image/jpeg");
  const kept = await (await app.request("/detect?keep=true&explain=true&score=0.2", init)).json();
  assert(schemas.DETECT_RESULT.safeParse(kept).success);
  const path = `/detect/${kept.token}`;
  const response = await app.request(path, json({ score: 0.05, explain: true, boxes: "xywh" }));
  const answer = await response.json();
  const parsed = schemas.SELECT_RESULT.safeParse(answer);
  assert(parsed.success, parsed.error?.message);
  const { suppressed } = answer.detections[0].explanation;
  assert(suppressed.length > 0 && suppressed[0].bbox.length === 4);
  assertEquals(schemas.SELECT_RESULT.safeParse({ ...answer, more: 1 }).success, false);
  assert("image/svg+xml" in responseOf("/detect/{token}", "POST", 200).content);
});

Deno.test("POST /detect/{token} takes each format that the document states for its JSON", async () => {
  const kept = await app.request("/detect?keep=true", body(photo, "image/jpeg"));
  const path = `/detect/${(await kept.json()).token}`;
  const formats: string[] = JSON.parse(OPENAPI).components.schemas.SelectRequest.properties.format
    .enum;
  for (const format of formats) {
    const response = await app.request(path, json({ format, overlay: format === "svg" }));
    assertEquals(response.status, 200, format);
    await response.body?.cancel();
  }
});

for (
  const [path, route, bodies] of [
    ["/", "/", [onlyImage(), textForm()]],
    ["/models/everyday8", "/models/{id}", [onlyImage(), textForm()]],
    ["/everyday8/1", "/{model}/{version}", [onlyImage()]],
    ["/coco/images/7", "/coco/images/{id}", [onlyImage(), textForm(), json({ image: base64 })]],
    ["/detect", "/detect", [json({ images: [base64] })]],
  ] as const
) {
  Deno.test(`the document lists the bodies that POST ${route} takes`, async () => {
    const { paths, components } = JSON.parse(OPENAPI);
    const { content } = paths[route].post.requestBody;
    for (const init of bodies) {
      const request = new Request(`http://localhost${path}`, init);
      const type = request.headers.get("content-type")!.split(";")[0]!;
      const response = await app.request(request);
      assertEquals(response.status, 200, `${type}: ${await response.text()}`);
      const name = content[type]?.schema.$ref.split("/").at(-1);
      assert(name, `${type} is not in the document`);
      const fields = Object.keys(components.schemas[name].properties);
      const sent = type === "application/json" ? JSON.parse(init.body as string) : { image: "" };
      assertEquals(Object.keys(sent).filter((field) => !fields.includes(field)), [], name);
    }
  });
}

for (
  const [path, init] of [
    ["/detect", onlyImage()],
    ["/detect/batch", onlyImage()],
    ["/", onlyImage()],
    ["/models/everyday8", onlyImage()],
    ["/coco/images/7", onlyImage()],
    [`${model}/infer`, tensor()],
    ["/everyday8/1", onlyImage()],
    ["/model/add", json({ model_id: "everyday8" })],
    [
      "/infer/object_detection",
      json({ model_id: "everyday8", image: { type: "base64", value: base64 } }),
    ],
    [
      "/v1/images:annotate",
      json({ requests: [{ image: { content: base64 }, features: [OBJECT_LOCALIZATION] }] }),
    ],
  ] as const
) {
  Deno.test(`the document states whether POST ${path} has Server-Timing`, async () => {
    const response = await app.request(path, init);
    assertEquals(response.status, 200, await response.text());
    const { headers } = responseOf(path, "POST", 200);
    assertEquals(response.headers.has("server-timing"), "Server-Timing" in headers);
  });
}

Deno.test("a response with detections is among those that are compared", async () => {
  const response = await app.request("/detect?score=0.05&max=3", body(photo, "image/jpeg"));
  assertEquals((await response.json()).detections.length, 3);
});

Deno.test("binary outputs describe their data instead of containing it", async () => {
  const response = await app.request(`${model}/infer`, tensor({ binary_data_output: true }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = Number(response.headers.get("inference-header-content-length"));
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, length)));
  assert(schemas.INFER_RESULT.safeParse(head).success);
  assert("application/octet-stream" in responseOf(`${model}/infer`, "POST", 200).content);
});

Deno.test.afterAll(() => detector.close());

function problemCases(): Case[] {
  const tooLong = () => body(new Uint8Array(2_000_000), "image/jpeg");
  const cases: [string, string, (() => RequestInit) | undefined, number][] = [
    ["an empty body", "/detect", () => ({ method: "POST" }), 400],
    ["another field", "/detect", () => ({ method: "POST", body: form("photo") }), 400],
    ["a wrong option", "/detect?score=2", () => body(photo, "image/jpeg"), 400],
    ["an unknown class", "/detect?classes=unicorn", () => body(photo, "image/jpeg"), 400],
    ["broken JSON", "/detect", () => body("{", "application/json"), 400],
    ["a URL", "/detect", () => json({ url: "https://example.com/a.jpg" }), 403],
    ["an unknown model", "/detect?model=none", () => body(photo, "image/jpeg"), 404],
    ["an unknown token", `/detect/${"A".repeat(32)}`, () => ({ method: "POST" }), 404],
    ["an unknown model's manifest", "/models/none", undefined, 404],
    ["an unknown code", "/problems/none", undefined, 404],
    ["a body that is too long", "/detect", tooLong, 413],
    ["a text", "/detect", () => body("hello, hello, hello, hello", "image/jpeg"), 415],
    ["half an image", "/detect", () => body(photo.subarray(0, 3000), "image/jpeg"), 422],
  ];
  const problems = cases.map(([name, path, init, status]): Case => ({
    name,
    path,
    ...(init && { init }),
    status,
    schema: schemas.PROBLEM,
  }));
  const inference = [
    ["an unknown model in /v2", "/v2/models/none", undefined, 404],
    ["an empty tensor", `${model}/infer`, () => json({ inputs: [] }), 400],
    ["a version that is missing", `${model}/versions/2/ready`, undefined, 404],
  ] as const;
  return [
    ...problems,
    ...inference.map(([name, path, init, status]): Case => ({
      name,
      path,
      ...(init && { init }),
      status,
      schema: schemas.INFERENCE_ERROR,
    })),
  ];
}

interface Described {
  readonly content: Record<string, { readonly schema: Described["schema"] }>;
  readonly headers: Record<string, { readonly required?: boolean }>;
  readonly schema: { readonly allOf?: readonly { properties?: { code: { enum: string[] } } }[] };
  readonly $ref?: string;
}

function responseOf(path: string, method: string, status: number): Described {
  const { paths, components } = JSON.parse(OPENAPI);
  const [route] = path.split("?");
  // A path without parameters comes before a pattern that matches it, too.
  const match = route! in paths
    ? route
    : Object.keys(paths).find((each) =>
      new RegExp(`^${each.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(route!)
    );
  const response = paths[match!][method.toLowerCase()].responses[status];
  assert(response, `${method} ${match} has no ${status} in the document`);
  return response.$ref ? components.responses[response.$ref.split("/").at(-1)] : response;
}

function codesOf({ allOf }: Described["schema"]): string[] | undefined {
  return allOf?.flatMap(({ properties }) => properties?.code.enum ?? []);
}

function requiredHeaders({ headers }: Described): string[] {
  return Object.entries(headers).filter(([, { required }]) => required).map(([name]) => name);
}

function body(content: BodyInit, type: string): RequestInit {
  return { method: "POST", body: content, headers: { "content-type": type } };
}

function json(value: unknown): RequestInit {
  return body(JSON.stringify(value), "application/json");
}

function onlyImage(): RequestInit {
  const data = new FormData();
  data.set("image", new Blob([photo], { type: "image/jpeg" }), "cat.jpg");
  return { method: "POST", body: data };
}

function textForm(): RequestInit {
  return body(String(new URLSearchParams({ image: base64 })), "application/x-www-form-urlencoded");
}

function form(field = "image"): FormData {
  const data = new FormData();
  data.set(field, new Blob([photo], { type: "image/jpeg" }), "cat.jpg");
  data.set("score", "0.05");
  return data;
}
