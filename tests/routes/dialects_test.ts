import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { formatBox } from "../../routes/detect/box_form.ts";
import { cocoResults } from "../../routes/coco/app.ts";
import { formatRoboflow } from "../../routes/roboflow/infer.ts";
import { localizedObjects } from "../../routes/vision/annotate.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import type { DetectResult } from "../../src/ports/detector.ts";
import { assertProblem } from "../testing.ts";
import { appOf, newApiKey, post, postJson, quickApp, type Seen } from "./quick_app.ts";

const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);
const BASE64 = PHOTO.toBase64();
const IMAGE = { type: "base64", value: BASE64 };
const FEATURES = [{ type: "OBJECT_LOCALIZATION", maxResults: 7 }];
const JSON_TYPE = { "content-type": "application/json" };

const RESULT: DetectResult = {
  model: "everyday8",
  image: { width: 200, height: 100 },
  detections: [{
    label: "cat",
    classId: 4,
    score: 0.123456789,
    box: { xmin: 10, ymin: 20, xmax: 60.25, ymax: 70 },
  }],
  engine: { provider: "wasm", threads: 1, reason: "it is a test" },
  timing: { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 1500 },
};

for (
  const [boxes, pixels, shares] of [
    [undefined, undefined, undefined],
    ["xyxy", [10, 20, 60.25, 70], [0.05, 0.2, 0.30125, 0.7]],
    ["xywh", [10, 20, 50.25, 50], [0.05, 0.2, 0.25125, 0.5]],
    ["cxcywh", [35.125, 45, 50.25, 50], [0.175625, 0.45, 0.25125, 0.5]],
  ] as const
) {
  Deno.test(`formatBox() adds ${boxes ?? "no list"} to the edges, in pixels and shares`, () => {
    const { image, detections } = RESULT;
    const { box } = detections[0]!;
    assertEquals<unknown>(formatBox(box, image, { boxes }), {
      box,
      ...(pixels && { bbox: pixels }),
    });
    assertEquals<unknown>(formatBox(box, image, { boxes, normalized: true }), {
      box: { xmin: 0.05, ymin: 0.2, xmax: 0.30125, ymax: 0.7 },
      ...(shares && { bbox: shares }),
    });
  });
}

Deno.test("POST /detect takes boxes and normalized from the query, a form and JSON", async () => {
  const app = await quickApp();
  const form = new FormData();
  form.set("image", new Blob([PHOTO]), "a.jpg");
  form.set("boxes", "xywh");
  form.set("normalized", "true");
  for (
    const [path, init] of [
      ["/detect?boxes=xywh&normalized=true", post(PHOTO)],
      ["/detect", { method: "POST", body: form }],
      ["/detect", postJson({ image: BASE64, boxes: "xywh", normalized: true })],
    ] as const
  ) {
    assertEquals((await app.request(path, init)).status, 200);
  }
  const wrong = app.request("/detect?boxes=yxyx&normalized=1", post(PHOTO));
  const words = ['"boxes" must be xyxy, xywh, cxcywh', '"normalized" must be true or false'];
  await assertProblem(wrong, 400, "invalid-option", ...words);
});

Deno.test("cocoResults() writes the left and top edge, width and height", () => {
  const bbox = [10, 20, 50.25, 50] as const;
  assertEquals(cocoResults(7, RESULT), [{ image_id: 7, category_id: 4, bbox, score: 0.12346 }]);
});

Deno.test("formatRoboflow() writes the centre, width and height", () => {
  const { time, image, predictions: [prediction] } = formatRoboflow(RESULT);
  assertEquals([time, image], [1.5, RESULT.image]);
  const { detection_id: _, ...rest } = prediction!;
  assertEquals(rest, {
    ...{ x: 35.125, y: 45, width: 50.25, height: 50 },
    ...{ confidence: 0.12346, class: "cat", class_id: 4 },
  });
});

Deno.test("localizedObjects() writes four corners as shares, clockwise from the top left", () => {
  const [left, top, right, bottom] = [0.05, 0.2, 0.30125, 0.7] as const;
  const normalizedVertices = [
    ...[{ x: left, y: top }, { x: right, y: top }],
    ...[{ x: right, y: bottom }, { x: left, y: bottom }],
  ];
  assertEquals(localizedObjects(RESULT), [
    { mid: "", name: "cat", score: 0.12346, boundingPoly: { normalizedVertices } },
  ]);
});

/** Makes a request to Cloud Vision with one image. */
function annotation(feature: object, content = BASE64): RequestInit {
  return postJson({
    requests: [{ image: { content }, features: [{ ...FEATURES[0], ...feature }] }],
  });
}

/** Makes a form with the image in one field. */
function formOf(field: string): FormData {
  const form = new FormData();
  form.set(field, new Blob([PHOTO]), "photo.jpg");
  return form;
}

const SENT: readonly (readonly [
  what: string,
  path: string,
  init: RequestInit,
  options: Record<string, unknown>,
  count: number,
])[] = [
  ["raw bytes", "/", post(PHOTO, { "content-type": "image/jpeg" }), {}, 1],
  ["bytes without a type", "/models/everyday8", post(PHOTO), {}, 1],
  ["inputs", "/", postJson({ inputs: BASE64 }), {}, 1],
  [
    "inputs with a threshold",
    "/models/everyday8",
    postJson({ inputs: BASE64, parameters: { threshold: 0.25 }, options: { use_cache: false } }),
    { scoreThreshold: 0.25 },
    1,
  ],
  ["null as threshold", "/", postJson({ parameters: { threshold: null }, inputs: BASE64 }), {}, 1],
  [
    "an image of Roboflow",
    "/infer/object_detection",
    postJson({
      ...{ api_key: null, model_id: "everyday8/1", image: IMAGE, source: "sdk" },
      ...{ confidence: 0.25, iou_threshold: 0.5, max_detections: 3, class_filter: ["cat"] },
    }),
    { scoreThreshold: 0.25, iou: 0.5, max: 3, classes: ["cat"] },
    1,
  ],
  ...[true, false].map((isAgnostic) =>
    [
      `class-agnostic NMS of Roboflow (${isAgnostic})`,
      "/infer/object_detection",
      postJson({ model_id: "everyday8", image: IMAGE, class_agnostic_nms: isAgnostic }),
      { classAgnostic: isAgnostic },
      1,
    ] as const
  ),
  [
    "null as class-agnostic NMS of Roboflow",
    "/infer/object_detection",
    postJson({ model_id: "everyday8", image: IMAGE, class_agnostic_nms: null }),
    {},
    1,
  ],
  [
    "a list of images of Roboflow",
    "/infer/object_detection",
    postJson({ model_id: "everyday8", image: [IMAGE, IMAGE], confidence: "best" }),
    {},
    2,
  ],
  [
    "base64 in percent",
    "/everyday8/1?confidence=40&overlap=30&max_detections=3&classes=cat,dog&stroke=1",
    post(BASE64, JSON_TYPE),
    { scoreThreshold: 0.4, iou: 0.3, max: 3, classes: ["cat", "dog"] },
    1,
  ],
  [
    "a number with a sign in its exponent",
    "/everyday8/1?max_detections=1.0e%2B01",
    post(BASE64, JSON_TYPE),
    { max: 10 },
    1,
  ],
  ["a file for Roboflow", "/everyday8/1", post(PHOTO), {}, 1],
  ["the field file of Roboflow", "/everyday8/1", { method: "POST", body: formOf("file") }, {}, 1],
  [
    "the field image for Roboflow",
    "/everyday8/1",
    { method: "POST", body: formOf("image") },
    {},
    1,
  ],
  [
    "no classes of Roboflow, which filter nothing,",
    "/infer/object_detection",
    postJson({ model_id: "everyday8", image: IMAGE, class_filter: [] }),
    {},
    1,
  ],
  [
    "a number as a text, as ProtoJSON allows,",
    "/v1/images:annotate",
    annotation({ maxResults: "7", model: null }),
    { max: 7 },
    1,
  ],
  ["null as a number", "/v1/images:annotate", annotation({ maxResults: null }), {}, 1],
  [
    "a name of the protocol's file",
    "/v1/images:annotate",
    annotation({ maxResults: undefined, max_results: 7 }),
    { max: 7 },
    1,
  ],
  [
    "base64 for URLs, as ProtoJSON allows,",
    "/v1/images:annotate",
    annotation({}, PHOTO.toBase64({ alphabet: "base64url" })),
    { max: 7 },
    1,
  ],
  [
    "two images of Cloud Vision",
    "/v1/images:annotate?$alt=json",
    postJson({
      requests: [{ image: { content: BASE64 }, features: FEATURES }, {
        image: { content: BASE64 },
        features: [{ type: 19, maxResults: 7, model: "builtin/latest" }],
      }],
    }),
    { max: 7 },
    2,
  ],
  ["an image of COCO", "/coco/images/7?score=0.5", post(PHOTO), { scoreThreshold: 0.5 }, 1],
];

for (const [what, path, init, options, count] of SENT) {
  Deno.test(`POST ${path} hands ${what} to the detector`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const response = await app.request(path, init);
    assertEquals(response.status, 200, await response.clone().text());
    assertEquals(seen, Array.from({ length: count }, () => ({ bytes: PHOTO, options })));
  });
}

for (
  const [path, init] of [
    ["/infer/object_detection", postJson({ model_id: "everyday8", image: [IMAGE, IMAGE] })],
    [
      "/v2/models/everyday8/infer",
      postJson({
        inputs: [{ name: "image", shape: [2], datatype: "BYTES", data: [BASE64, BASE64] }],
      }),
    ],
  ] as const
) {
  Deno.test(`POST ${path} sums the stages of its images in Server-Timing`, async () => {
    const times = [1, 20];
    const app = await appOf({
      model: modelInfo(parseManifest(manifest)),
      engine: RESULT.engine,
      detect() {
        const ms = times.shift()!;
        const stages = { decode: ms, preprocess: 2 * ms, inference: 3 * ms, postprocess: 4 * ms };
        return Promise.resolve({ ...RESULT, timing: { ...stages, total: 10 * ms } });
      },
      close: () => Promise.resolve(),
    });
    const response = await app.request(path, init);
    assertEquals(response.status, 200, await response.text());
    assertEquals(
      response.headers.get("server-timing"),
      "decode;dur=21.00, preprocess;dur=42.00, inference;dur=63.00, postprocess;dur=84.00, " +
        "total;dur=210.00",
    );
  });
}

const LARGE = "A".repeat(200_000);
const READ: Record<string, (answer: Answer) => string> = {
  "/models": ({ error }) => error as string,
  "/infer": ({ message }) => message as string,
  "/v1": ({ error }) => (error as { message: string }).message,
  "/": ({ error }) => error as string,
};

interface Answer {
  readonly error?: unknown;
  readonly message?: unknown;
}

for (
  const [what, path, value, status, words] of [
    [
      "a wrong threshold",
      "/models/everyday8",
      { inputs: BASE64, parameters: { threshold: 7 } },
      400,
      [
        '"parameters.threshold" must be at most 1: current value is "7"',
      ],
    ],
    ["no inputs", "/models/everyday8", { parameters: {} }, 400, ['no "inputs"']],
    ["inputs that are no base64", "/models/everyday8", { inputs: "?" }, 400, ["not base64"]],
    ["a form of boxes", "/models/everyday8?boxes=xywh", { inputs: BASE64 }, 400, ["POST /detect"]],
    ["a large image", "/models/everyday8", { inputs: LARGE }, 413, ["at most"]],
    ["an unknown model", "/models/none", { inputs: BASE64 }, 404, ["everyday8"]],
    [
      "17 images",
      "/infer/object_detection",
      {
        model_id: "everyday8",
        image: new Array(17).fill(IMAGE),
      },
      400,
      ["at most 16 images"],
    ],
    [
      "an image by URL",
      "/infer/object_detection",
      {
        model_id: "everyday8",
        image: { type: "url", value: "https://example.com" },
      },
      400,
      ['"image"'],
    ],
    [
      "a drawing",
      "/infer/object_detection",
      {
        ...{ model_id: "everyday8", image: IMAGE, visualize_predictions: true },
      },
      400,
      ['"visualize_predictions" must be false'],
    ],
    ["no model", "/infer/object_detection", { image: IMAGE }, 400, ['"model_id"']],
    [
      "another feature",
      "/v1/images:annotate",
      {
        requests: [{ image: { content: BASE64 }, features: [{ type: "FACE_DETECTION" }] }],
      },
      400,
      ["OBJECT_LOCALIZATION"],
    ],
    ["no requests", "/v1/images:annotate", {}, 400, ['"requests"']],
    [
      "no features",
      "/v1/images:annotate",
      { requests: [{ image: { content: BASE64 } }] },
      400,
      ['"requests.0.features" must be a list'],
    ],
    [
      "a text as a number",
      "/v1/images:annotate",
      {
        requests: [{
          image: { content: BASE64 },
          features: [{ type: "OBJECT_LOCALIZATION", maxResults: "7.5" }],
        }],
      },
      400,
      ["maxResults", "must be a whole number"],
    ],
    ["a number for parameters", "/", { inputs: BASE64, parameters: 5 }, 400, [
      '"parameters" must be an object: current value is "5"',
    ]],
    ["null for a tensor", "/v2/models/everyday8/infer", { inputs: [null] }, 400, [
      "inputs[0] must be an object",
    ]],
    ["what is not base64", "/", { inputs: "https://a.org/b.jpg" }, 400, [
      "Cannot read the image as it is not base64",
    ]],
  ] as const
) {
  Deno.test(`POST ${path} answers ${what} with ${status} in the form of its protocol`, async () => {
    const response = await (await quickApp()).request(path, postJson(value));
    const answer = await response.json();
    assertEquals(response.status, status, JSON.stringify(answer));
    assertEquals(response.headers.get("content-type"), "application/json");
    const read = Object.entries(READ).find(([start]) => path.startsWith(start))![1];
    for (const word of words) assertStringIncludes(read(answer), word);
  });
}

Deno.test("POST /v1/images:annotate answers the images beside one that cannot be read", async () => {
  const requests = ["?", BASE64].map((content) => ({ image: { content }, features: FEATURES }));
  const response = await (await quickApp()).request("/v1/images:annotate", postJson({ requests }));
  const { responses: [first, second] } = await response.json();
  assertEquals([response.status, first.error.code], [200, 3]);
  assertStringIncludes(first.error.message, "not base64");
  assertEquals(second, { localizedObjectAnnotations: [] });
});

const KEY_PLACES: readonly (readonly [
  where: string,
  send: (key: string) => readonly [path: string, init: RequestInit],
])[] = [
  ["bearer", (key) => ["/", post(PHOTO, { authorization: `Bearer ${key}` })]],
  ["query of Roboflow", (key) => [`/everyday8/1?api_key=${key}`, post(BASE64)]],
  ["query of its registry", (key) => [`/model/registry?api_key=${key}`, {}]],
  ["body of Roboflow", (key) => [
    "/infer/object_detection",
    postJson({ api_key: key, model_id: "everyday8", image: IMAGE }),
  ]],
  ["body of its registry", (key) => [
    "/model/add",
    postJson({ model_id: "everyday8", api_key: key }),
  ]],
  ["query of Cloud Vision", (key) => [
    `/v1/images:annotate?key=${key}`,
    postJson({ requests: [{ image: { content: BASE64 }, features: FEATURES }] }),
  ]],
  ["header of Cloud Vision", (key) => [
    "/v1/images:annotate",
    {
      ...postJson({ requests: [{ image: { content: BASE64 }, features: FEATURES }] }),
      headers: { ...JSON_TYPE, "x-goog-api-key": key },
    },
  ]],
];

for (const [where, send] of KEY_PLACES) {
  Deno.test(`a key in the ${where} is accepted, logged by name, counted and required`, async () => {
    const { key, accepted } = await newApiKey("alice");
    const names: (string | undefined)[] = [];
    const app = await quickApp({
      keys: [accepted],
      keyRate: { limit: 1, windowMs: 60_000 },
      logRequest: (line) => names.push(line.key),
    });
    const statusOf = async (value: string) => {
      const response = await app.request(...send(value));
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await statusOf("wrong"), 401);
    assertEquals(await statusOf(""), 401);
    assertEquals(await statusOf(key), 200);
    assertEquals(await statusOf(key), 429);
    assertEquals(names, [undefined, undefined, "alice", "alice"]);
  });
}

Deno.test("a key of one protocol is not read on the paths of another", async () => {
  const { key, accepted } = await newApiKey("alice");
  const app = await quickApp({ keys: [accepted] });
  for (
    const [path, init] of [
      [`/?api_key=${key}`, post(PHOTO)],
      [`/detect?api_key=${key}`, post(PHOTO)],
      [`/models?api_key=${key}`, {}],
      ["/detect", postJson({ api_key: key, image: BASE64 })],
      ["/everyday8/1", postJson({ api_key: key })],
      [`/model/registry?key=${key}`, {}],
    ] as const
  ) {
    const response = await app.request(path, init);
    assertEquals(response.status, 401, path);
  }
});

Deno.test("an image whose key comes after it, or never, is not read", async () => {
  const { key, accepted } = await newApiKey("alice");
  const app = await quickApp({ keys: [accepted] });
  for (const body of [{ image: IMAGE, api_key: key }, { model_id: "everyday8", image: IMAGE }]) {
    let sent = 0;
    const text = JSON.stringify({ ...body, image: { type: "base64", value: LARGE.slice(0, 900) } });
    const chunks = text.match(/.{1,50}/g)!;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks[sent++];
        if (chunk === undefined) return controller.close();
        controller.enqueue(new TextEncoder().encode(chunk));
      },
    }, { highWaterMark: 0 });
    const response = await app.request("/infer/object_detection", post(stream, JSON_TYPE));
    assertEquals(response.status, 401);
    assertEquals(response.headers.get("www-authenticate")?.startsWith("Bearer"), true);
    assert(sent < 5, `${sent} of ${chunks.length} chunks were read`);
  }
});
