import { assert, assertEquals } from "@std/assert";
import { assertProblem } from "../../testing.ts";
import { quickApp, type Seen } from "../quick_app.ts";
import { binaryBody, BYTES_TENSOR, element, encodedBody, INFER, jsonBody } from "./infer_body.ts";

const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);
const BASE64 = PHOTO.toBase64();
const PIXELS = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
const RGB = { name: "image", datatype: "UINT8", shape: [1, 2, 2, 3] };
const ROWS = [[[0, 20, 40], [60, 80, 100]], [[120, 140, 160], [180, 200, 220]]];

for (
  const [what, init, image] of [
    ["BYTES as binary data", encodedBody(PHOTO), PHOTO],
    ["BYTES as base64", jsonBody({ inputs: [{ ...BYTES_TENSOR, data: [BASE64] }] }), PHOTO],
    [
      "BYTES that say that they are base64",
      jsonBody({
        inputs: [{ ...BYTES_TENSOR, data: [BASE64], parameters: { content_type: "base64" } }],
      }),
      PHOTO,
    ],
    [
      "BYTES as a data URL, nested",
      jsonBody({
        inputs: [{ ...BYTES_TENSOR, shape: [1, 1], data: [[`data:image/jpeg;base64,${BASE64}`]] }],
      }),
      PHOTO,
    ],
    ["a body without JSON", {
      method: "POST",
      body: PHOTO,
      headers: { "inference-header-content-length": "0" },
    }, PHOTO],
    [
      "UINT8 as binary data",
      binaryBody({ inputs: [{ ...RGB, parameters: { binary_data_size: 12 } }] }, PIXELS),
      { data: PIXELS, width: 2, height: 2 },
    ],
    [
      "UINT8 in JSON, flat",
      jsonBody({ inputs: [{ ...RGB, shape: [2, 2, 3], data: [...PIXELS] }] }),
      { data: PIXELS, width: 2, height: 2 },
    ],
    [
      "UINT8 in JSON, nested",
      jsonBody({ inputs: [{ ...RGB, data: [ROWS] }] }),
      { data: PIXELS, width: 2, height: 2 },
    ],
  ] as const
) {
  Deno.test(`POST infer hands ${what} to the detector`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const response = await app.request(INFER, init);
    assertEquals(response.status, 200, await response.clone().text());
    assertEquals(seen[0]!.bytes, image);
  });
}

const FLOATS = { name: "image", datatype: "FP32" };
/** The same pixels with each channel as a plane. */
const PLANES = [0, 1, 2].flatMap((channel) => [0, 3, 6, 9].map((at) => PIXELS[at + channel]!));
const floats = (values: readonly number[]) =>
  new Uint8Array(Float32Array.from(values, (value) => value).buffer);
const TWO = new Uint8Array([...element(PHOTO), ...element(PHOTO.subarray(1))]);

for (
  const [what, init, images] of [
    [
      "two files",
      jsonBody({
        model_name: "everyday8",
        model_version: "1",
        inputs: [{ ...BYTES_TENSOR, shape: [2, 1], data: [[BASE64], [BASE64]] }],
      }),
      [PHOTO, PHOTO],
    ],
    [
      "two files as binary data",
      binaryBody(
        { inputs: [{ ...BYTES_TENSOR, shape: [2], parameters: { binary_data_size: TWO.length } }] },
        TWO,
      ),
      [PHOTO, PHOTO.subarray(1)],
    ],
    [
      "a batch of pixels",
      binaryBody(
        { inputs: [{ ...RGB, shape: [2, 1, 2, 3], parameters: { binary_data_size: 12 } }] },
        PIXELS,
      ),
      [{ data: PIXELS.slice(0, 6), width: 2, height: 1 }, {
        data: PIXELS.slice(6),
        width: 2,
        height: 1,
      }],
    ],
    [
      "FP32 up to 255 in JSON",
      jsonBody({ inputs: [{ ...FLOATS, shape: [2, 2, 3], data: [...PIXELS] }] }),
      [{ data: PIXELS, width: 2, height: 2 }],
    ],
    [
      "FP32 up to 1",
      binaryBody(
        { inputs: [{ ...FLOATS, shape: [1, 2, 2, 3], parameters: { binary_data_size: 48 } }] },
        floats([...PIXELS].map((value) => value / 255)),
      ),
      [{ data: PIXELS, width: 2, height: 2 }],
    ],
    [
      "FP32 by planes",
      binaryBody(
        { inputs: [{ ...FLOATS, shape: [1, 3, 2, 2], parameters: { binary_data_size: 48 } }] },
        floats(PLANES),
      ),
      [{ data: PIXELS, width: 2, height: 2 }],
    ],
  ] as const
) {
  Deno.test(`POST infer hands ${what} to the detector, one image after another`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const response = await app.request(INFER, init);
    assertEquals(response.status, 200, await response.clone().text());
    assertEquals(seen.map(({ bytes }) => bytes), [...images]);
    const { outputs } = await response.json();
    assertEquals(outputs.at(-1), {
      name: "num_detections",
      datatype: "INT32",
      shape: [images.length],
      data: images.map(() => 0),
    });
  });
}

for (const value of [-1, 256, NaN, Infinity]) {
  Deno.test(`POST infer refuses FP32 pixels of ${value}`, async () => {
    const inputs = [{ ...FLOATS, shape: [1, 1, 3], parameters: { binary_data_size: 12 } }];
    const app = await quickApp();
    const response = app.request(INFER, binaryBody({ inputs }, floats([0, value, 0])));
    await assertProblem(response, 400, "malformed-request", "value 1");
  });
}

Deno.test("POST infer takes parameters before the query, as texts and as lists", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const path = `${INFER}?score=0.9&max=9`;
  for (const classes of ["apple, cat", ["apple", "cat"]]) {
    const parameters = { score: 0.25, iou: 0.5, classes };
    assertEquals((await app.request(path, encodedBody(PHOTO, { parameters }))).status, 200);
  }
  const options = { scoreThreshold: 0.25, iou: 0.5, max: 9, classes: ["apple", "cat"] };
  assertEquals(seen.map((each) => each.options), [options, options]);
});

Deno.test("POST infer takes the same options as parameters and in the query", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const options = {
    ...{ score: 0.25, iou: 0.5, max: 9, nms: "soft-gaussian", sigma: 0.4, class_agnostic: false },
    ...{ tiles: "2x1", overlap: 0.1, merge: "wbf", whole: false, classes: "apple,cat" },
    scores: "apple:0.3,cat:0.6",
  };
  const query = new URLSearchParams(
    Object.entries(options).map(([name, value]) => [name, String(value)]),
  );
  const object = { ...options, scores: { apple: 0.3, cat: 0.6 } };
  for (
    const [path, parameters] of [[`${INFER}?${query}`, {}], [INFER, options], [
      INFER,
      object,
    ]] as const
  ) {
    const response = await app.request(path, encodedBody(PHOTO, { parameters }));
    assertEquals(response.status, 200, await response.text());
  }
  const [first, ...others] = seen.map((each) => each.options);
  assertEquals(Object.keys(first!).length, Object.keys(options).length);
  assertEquals(others, [first, first]);
});

const input = (fields: Record<string, unknown>) => ({ inputs: [{ ...BYTES_TENSOR, ...fields }] });
const rgb = (fields: Record<string, unknown>) => ({ inputs: [{ ...RGB, ...fields }] });
const sized = (size: number, fields: Record<string, unknown> = {}) =>
  input({ parameters: { binary_data_size: size }, ...fields });
const asked = (fields: Record<string, unknown>) => ({ ...input({ data: [BASE64] }), ...fields });

for (
  const [what, init, status, code, error] of [
    // The body
    ["an empty body", jsonBody(""), 400, "malformed-request", "not valid JSON"],
    ["a list", jsonBody("[]"), 400, "malformed-request", "must be an object"],
    ["deep nesting", jsonBody("[".repeat(150_000)), 400, "malformed-request", "valid JSON"],
    [
      "deep nesting of data",
      jsonBody(
        `{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,1,3],"data":${
          "[".repeat(100_000)
        }${"]".repeat(100_000)}}]}`,
      ),
      400,
      "malformed-request",
      "[1,1,3]",
    ],
    [
      "two million values",
      jsonBody(rgb({ data: new Array(2_000_000).fill(1) })),
      400,
      "malformed-request",
      "pixels as binary data",
    ],
    [
      "many keys",
      jsonBody(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]))),
      400,
      "malformed-request",
      "10000 colons",
    ],
    [
      "a body that is not compressed as it declares",
      { ...encodedBody(PHOTO), headers: { "content-encoding": "gzip" } },
      400,
      "malformed-request",
      "not valid gzip",
    ],
    [
      "a body of another content coding",
      { ...encodedBody(PHOTO), headers: { "content-encoding": "br" } },
      415,
      "unsupported-encoding",
      "gzip, deflate or identity",
    ],
    ["an unknown field", jsonBody(asked({ input: [] })), 400, "malformed-request", '"input"'],
    [
      "a prototype's field",
      jsonBody(`{"__proto__":{"inputs":[]},"inputs":[]}`),
      400,
      "malformed-request",
      "inputs",
    ],
    ["an id that is a number", jsonBody(asked({ id: 7 })), 400, "malformed-request", "id must be"],
    ["a long id", jsonBody(asked({ id: "i".repeat(257) })), 400, "malformed-request", "256"],
    // The length of the JSON
    ...["-1", "1.5", "0x10", "1e3", "", "9".repeat(400), "5, 5"].map((header) =>
      [
        `a JSON length of "${header.slice(0, 10)}"`,
        binaryBody(sized(9), element(PHOTO), header),
        400,
        "malformed-request",
        "Inference-Header-Content-Length",
      ] as const
    ),
    [
      "JSON that is said to be longer than the body",
      binaryBody(sized(9), element(PHOTO), "999999"),
      400,
      "malformed-request",
      "999999",
    ],
    [
      "JSON that is said to be shorter than it is",
      binaryBody(sized(9), element(PHOTO), "20"),
      400,
      "malformed-request",
      "not valid JSON",
    ],
    [
      "nothing, and no JSON",
      {
        method: "POST",
        headers: { "inference-header-content-length": "0" },
      },
      400,
      "no-image",
      "empty",
    ],
    // Inputs
    ["no inputs", jsonBody({}), 400, "malformed-request", "inputs must be a list of 1"],
    ["inputs that are an object", jsonBody({ inputs: {} }), 400, "malformed-request", "a list"],
    ["an input that is a text", jsonBody({ inputs: ["image"] }), 400, "malformed-request", "[0]"],
    [
      "the same input twice",
      jsonBody({ inputs: [BYTES_TENSOR, BYTES_TENSOR] }),
      400,
      "malformed-request",
      "it has 2",
    ],
    [
      "60,001 inputs",
      jsonBody(`{"inputs":[${"{},".repeat(60_000)}{}]}`),
      400,
      "malformed-request",
      "it has 60001",
    ],
    ["an input of another name", jsonBody(input({ name: "img" })), 400, "wrong-field", '"img"'],
    ["FP32", jsonBody(input({ datatype: "FP32", data: [1] })), 400, "malformed-request", "FP32"],
    ["bytes by another name", jsonBody(input({ datatype: "bytes", data: [BASE64] })), 400, ...[
      "malformed-request" as const,
      "BYTES or UINT8",
    ]],
    ["shared memory", jsonBody(input({ parameters: { shared_memory_region: "a" } })), 400, ...[
      "malformed-request" as const,
      "shared_memory_region",
    ]],
    // Shapes
    ...[[], [0], [-1], [1.5], ["1"], [null], [1e300], [2 ** 60], [1, 1, 1, 1, 1]].map((shape) =>
      [
        `the shape ${JSON.stringify(shape)}`,
        jsonBody(input({ shape, data: [BASE64] })),
        400,
        "malformed-request",
        "shape",
      ] as const
    ),
    [
      "a shape of 150,000 sides",
      jsonBody(input({ shape: new Array(150_000).fill(1) })),
      400,
      "malformed-request",
      "it has 150000",
    ],
    [
      "17 images",
      jsonBody(input({ shape: [17], data: new Array(17).fill(BASE64) })),
      400,
      "malformed-request",
      "at most 16 images",
    ],
    [
      "a batch of 17 images of pixels",
      binaryBody(
        rgb({ shape: [17, 1, 2, 3], parameters: { binary_data_size: 12 } }),
        PIXELS,
      ),
      400,
      "malformed-request",
      "1 to 16",
    ],
    ...[[12], [2, 6], [2, 2, 4], [3, 2, 2], [17, 1, 2, 3]].map((shape) =>
      [
        `pixels of shape [${shape}]`,
        jsonBody(rgb({ shape, data: [...PIXELS] })),
        400,
        "malformed-request",
        `[${shape}]`,
      ] as const
    ),
    [
      "pixels whose sides overflow",
      binaryBody(
        rgb({
          shape: [9007199254740991, 9007199254740991, 3],
          parameters: { binary_data_size: 12 },
        }),
        PIXELS,
      ),
      400,
      "malformed-request",
      "bytes",
    ],
    [
      "pixels whose sides overflow 32 bits to what is there",
      binaryBody(
        rgb({ shape: [65536, 65536, 3], parameters: { binary_data_size: 0 } }),
        new Uint8Array(),
      ),
      400,
      "malformed-request",
      "12884901888 bytes",
    ],
    [
      "pixels in JSON whose sides overflow",
      jsonBody(rgb({ shape: [4294967296, 4294967296, 3], data: [...PIXELS] })),
      400,
      "malformed-request",
      "12",
    ],
    // Data
    ["neither data nor its size", jsonBody(input({})), 400, "malformed-request", '"data"'],
    ["data that are a text", jsonBody(input({ data: BASE64 })), 400, "malformed-request", "a list"],
    [
      "both data and its size",
      binaryBody(sized(9, { data: [BASE64] }), element(PHOTO)),
      400,
      "malformed-request",
      "one of",
    ],
    [
      "a size without binary data",
      jsonBody(sized(9)),
      400,
      "malformed-request",
      "there are 0",
    ],
    [
      "binary data without a size",
      binaryBody(input({ data: [BASE64] }), element(PHOTO)),
      400,
      "malformed-request",
      "there are 9",
    ],
    ...[-1, 1.5, 2 ** 60].map((size) =>
      [
        `a size of ${size}`,
        binaryBody(sized(size), element(PHOTO)),
        400,
        "malformed-request",
        "binary_data_size",
      ] as const
    ),
    [
      "a size that is not that of the data",
      binaryBody(sized(8), element(PHOTO)),
      400,
      "malformed-request",
      "there are 9",
    ],
    [
      "three bytes",
      binaryBody(sized(3), new Uint8Array(3)),
      400,
      "malformed-request",
      "4 bytes of length",
    ],
    ...[0, 4, 6, 0xffff_ffff].map((length) =>
      [
        `an element of ${length} bytes where there are 5`,
        binaryBody(sized(9), element(PHOTO, length)),
        400,
        "malformed-request",
        `they say ${length}`,
      ] as const
    ),
    ["an empty element", encodedBody(new Uint8Array()), 400, "no-image", "empty"],
    ["an empty text", jsonBody(input({ data: [""] })), 400, "no-image", "empty"],
    ["no text", jsonBody(input({ data: [] })), 400, "malformed-request", "1 values"],
    ["a number", jsonBody(input({ data: [1] })), 400, "malformed-request", "base64"],
    ["no base64", jsonBody(input({ data: ["what?"] })), 400, "malformed-request", "base64"],
    ["too few pixels", jsonBody(rgb({ data: [1, 2] })), 400, "malformed-request", "12 values"],
    [
      "a row too many",
      jsonBody(rgb({ data: [[...ROWS, ROWS[0]]] })),
      400,
      "malformed-request",
      "2 entries at depth 2",
    ],
    [
      "a row that is a number",
      jsonBody(rgb({ data: [[ROWS[0], 7]] })),
      400,
      "malformed-request",
      "lists at depth 3",
    ],
    ...[256, -1, 0.5, "1", null, [1]].map((value) =>
      [
        `a pixel of ${JSON.stringify(value)}`,
        jsonBody(rgb({ data: [...PIXELS.slice(1), value] })),
        400,
        "malformed-request",
        "value 11",
      ] as const
    ),
    // Parameters
    ["a score of 2", encodedBody(PHOTO, { parameters: { score: 2 } }), 400, ...[
      "invalid-option" as const,
      '"score" must be at most 1',
    ]],
    ["scores of no label", encodedBody(PHOTO, { parameters: { scores: "0.5" } }), 400, ...[
      "invalid-option" as const,
      '"scores" must be labels and numbers',
    ]],
    ["an unknown parameter", encodedBody(PHOTO, { parameters: { urgency: 1 } }), 400, ...[
      "invalid-option" as const,
      '"urgency"',
    ]],
    ["a model in the parameters", encodedBody(PHOTO, { parameters: { model: "x" } }), 400, ...[
      "invalid-option" as const,
      '"model"',
    ]],
    ["parameters in a list", encodedBody(PHOTO, { parameters: [] }), 400, ...[
      "malformed-request" as const,
      "must be an object",
    ]],
    ["100,000 classes", encodedBody(PHOTO, { parameters: { classes: "a,".repeat(1e5) } }), ...[
      400 as const,
      "invalid-option" as const,
      "at most 10000",
    ]],
  ] as const
) {
  Deno.test(`POST infer answers ${what} with ${status} ${code}`, async () => {
    const app = await quickApp({ maxBytes: 6_000_000 });
    const sent = app.request(INFER, init as RequestInit);
    const message = await assertProblem(sent, status, code, error);
    assert(message.length < 2100, "no answer is as long as what a client made up");
  });
}

Deno.test("POST infer takes an image of the most bytes, and reads no longer bodies", async () => {
  const maxBytes = 300_000;
  const app = await quickApp({ maxBytes });
  const statusOf = async (init: RequestInit) => (await app.request(INFER, init)).status;
  assertEquals(await statusOf(encodedBody(new Uint8Array(maxBytes).fill(1))), 200);
  assertEquals(await statusOf(encodedBody(new Uint8Array(2 * maxBytes))), 413);
  const base64 = (bytes: number) => jsonBody(input({ data: [new Uint8Array(bytes).toBase64()] }));
  assertEquals(await statusOf(base64(maxBytes)), 200);
  assertEquals(await statusOf(base64(2 * maxBytes)), 413);
});

for (const [side, status] of [[220, 200], [230, 400]] as const) {
  // In nested lists a pixel has four marks: 220 x 220 x 4 = 193,600, and 230 x 230 x 4 = 211,600.
  Deno.test(`POST infer answers ${status} to ${side}x${side} pixels in JSON`, async () => {
    const app = await quickApp({ maxBytes: 4_000_000 });
    const data = Array.from({ length: side }, () => new Array(side).fill([255, 255, 255]));
    const response = await app.request(INFER, jsonBody(rgb({ shape: [side, side, 3], data })));
    assertEquals(response.status, status, await response.clone().text());
  });
}

Deno.test("POST infer ignores the priority and the timeout that Triton's clients send", async () => {
  const app = await quickApp();
  const body = encodedBody(PHOTO, { parameters: { priority: 1, timeout: 1000 } });
  assertEquals((await app.request(INFER, body)).status, 200);
});
