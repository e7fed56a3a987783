import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };
import type { Case, Request } from "../case.ts";
import { SCENE, STREET } from "../images.ts";
import { KEY } from "../settings.ts";
import { golden } from "./golden_case.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Score threshold of the manifest, which holds for requests without one. */
const DEFAULT_SCORE = everyday8.postprocess.score;

/** Queries of any image, with their score thresholds. */
const QUERIES: readonly (readonly [query: string, score: number])[] = [
  ["", DEFAULT_SCORE],
  ["score=0.1", 0.1],
  ["score=0.86", 0.86],
  ["score=1", 1],
  ["score=0.1&max=5", 0.1],
];

/** Each option, in the query of the drawn scene and of a photo. */
export const OPTION_CASES: readonly Case[] = [
  ...inQuery(SCENE, [
    ...QUERIES,
    ["score=0.1&max=1", 0.1],
    ["score=0.1&max=3", 0.1],
    ["score=0.1&iou=0.9", 0.1],
    ["classes=apple&score=0.1", 0.1],
    ["classes=orange,banana&score=0.1", 0.1],
    ["classes=bus&score=0.3", 0.3],
    ["score=0.2&iou=0.7&max=4&classes=orange,apple,banana&model=everyday8", 0.2],
  ]),
  ...inQuery(STREET, [
    ...QUERIES,
    ["score=0.1&max=1", 0.1],
    ["score=0.1&iou=0.1", 0.1],
    ["score=0.1&iou=0.9", 0.1],
    ["classes=bus&score=0.1", 0.1],
    ["classes=person,car&score=0.1", 0.1],
    ["classes=banana&score=0.3", 0.3],
    ["score=0.2&iou=0.7&max=4&classes=car,bus,train&model=everyday8", 0.2],
  ]),
];

function inQuery(image: string, queries: typeof QUERIES): Case[] {
  return queries.map(([query, score]) =>
    golden(`takes ${query || "no option"} with ${image}`, score, image, (body) => [
      `/detect?${query}`,
      { method: "POST", body },
    ])
  );
}

const OPTIONS = { score: "0.2", max: "5", classes: "apple,orange,banana" };
const QUERY = `/detect?${new URLSearchParams(OPTIONS)}`;
const URLENCODED = "application/x-www-form-urlencoded";
const OTHER_QUERY = "/detect?score=0.9&max=1&classes=person";

/** Each way to send an image and its options; all ask the same, so all find the same. */
export const WAY_CASES: readonly Case[] = ways([
  ["as a body without a type", (body) => [QUERY, { method: "POST", body }]],
  ["as a body of its own type", (body) => typed(body, "image/jpeg")],
  ["as a body that claims another type", (body) => typed(body, "image/png")],
  ...["image/jpg", "IMAGE/JPEG", "application/octet-stream", "text/plain;charset=UTF-8"].map(
    (type) => [`as a body of type ${type}`, (body: Bytes) => typed(body, type)] as const,
  ),
  [
    "as a body that claims to be a form, like curl's",
    (body) => typed(body, URLENCODED),
  ],
  [
    "with classes that the query repeats",
    (body) => [
      "/detect?score=0.2&max=5&classes=apple&classes=orange&classes=banana",
      { method: "POST", body },
    ],
  ],
  ["as a form with the options in it", (bytes) => form(bytes, "/detect", OPTIONS)],
  ["as a form with the options in the query", (bytes) => form(bytes, QUERY, {})],
  ["as a form that overrides the query", (bytes) => form(bytes, OTHER_QUERY, OPTIONS)],
  [
    "as a form of .NET, with names without quotes",
    (bytes) => rawForm(bytes, "name=image; filename=a.jpg; filename*=utf-8''a.jpg"),
  ],
  [
    "as a form with filename* alone",
    (bytes) => rawForm(bytes, `filename*=UTF-8''%C3%B6.jpg; Name="image"`),
  ],
  ["as a form without a file name", (bytes) => rawForm(bytes, 'name="image"')],
  [
    "as multipart/mixed, the default of OkHttp",
    (bytes) => rawForm(bytes, 'name="image"; filename="a.jpg"', "multipart/mixed"),
  ],
  [
    "as a form with fields that are empty",
    (bytes) => form(bytes, QUERY, { score: "", iou: "", classes: "" }),
  ],
  ["as base64 in a form", (bytes) => textForm({ ...OPTIONS, image: bytes.toBase64() })],
  [
    "as a data URL in a form, as a canvas writes it",
    (bytes) => textForm({ ...OPTIONS, image: `data:image/png;base64,${bytes.toBase64()}` }),
  ],
  [
    "as base64 in a URL-encoded form",
    (bytes) => [
      OTHER_QUERY,
      { method: "POST", body: new URLSearchParams({ ...OPTIONS, image: bytes.toBase64() }) },
    ],
  ],
  [
    "as base64 in a URL-encoded form whose + is not escaped",
    (bytes) => typed(`image=${bytes.toBase64()}&max=5`, URLENCODED),
  ],
  ["as base64 in JSON", (bytes) => json("/detect", bytes.toBase64())],
  [
    "as a data URL in JSON",
    (bytes) => json("/detect", `data:image/jpeg;base64,${bytes.toBase64()}`),
  ],
  [
    "as a data URL of a Blob without a type, as FileReader writes it",
    (bytes) => json("/detect", `data:application/octet-stream;base64,${bytes.toBase64()}`),
  ],
  ["as a data URL without a type", (bytes) => json("/detect", `data:;base64,${bytes.toBase64()}`)],
  [
    "as a data URL with spaces and escapes",
    (bytes) => {
      const escaped = bytes.toBase64().replaceAll("/", "%2F").replaceAll("+", "%2b");
      return json("/detect", ` data: image/jpeg ; base64 ,${escaped}\n`);
    },
  ],
  [
    "as a data URL of escaped bytes",
    (bytes) => {
      const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`);
      return json("/detect", `data:,${escaped.join("")}`);
    },
  ],
  ["as JSON with a charset", (bytes) => {
    const [path, init] = json("/detect", bytes.toBase64());
    return [path, { ...init, headers: { "content-type": "application/json;charset=UTF-8" } }];
  }],
  ["compressed by gzip", (bytes) => [QUERY, compressed(bytes, "gzip")]],
  ["compressed by x-gzip", (bytes) => [QUERY, compressed(bytes, "x-gzip")]],
  ["compressed by deflate", (bytes) => [QUERY, compressed(bytes, "deflate")]],
  [
    "compressed by deflate without a header, as .NET writes it",
    (bytes) => [QUERY, compressed(bytes, "deflate", {}, deflateRawSync)],
  ],
  ["with the coding identity", (body) => [
    QUERY,
    { method: "POST", body, headers: { "content-encoding": "identity" } },
  ]],
  ["as base64 in JSON, compressed by gzip", (bytes) => {
    const [path, { body, headers } = {}] = json("/detect", bytes.toBase64());
    return [path, compressed(new TextEncoder().encode(String(body)), "gzip", headers)];
  }],
  ["as JSON that overrides the query", (bytes) => json(OTHER_QUERY, bytes.toBase64())],
  [
    "with the key as X-API-Key",
    (body) => [QUERY, { method: "POST", body, headers: { "x-api-key": KEY } }],
  ],
]);

function ways(
  rows: readonly (readonly [way: string, request: (bytes: Bytes) => Request])[],
): Case[] {
  return rows.map(([way, request]) => ({
    ...golden(`takes an image ${way}`, 0.2, SCENE, request),
    expected: { kind: "golden", key: "takes an image in every way", score: 0.2 },
  }));
}

const CODINGS: Readonly<Record<string, (bytes: Bytes) => Bytes>> = {
  "gzip": gzipSync,
  "x-gzip": gzipSync,
  "deflate": deflateSync,
};

/** Compresses a body, which makes an image a little longer. */
function compressed(
  bytes: Bytes,
  coding: string,
  headers: HeadersInit = {},
  compress = CODINGS[coding]!,
): RequestInit {
  const body = new Uint8Array(compress(bytes));
  return { method: "POST", body, headers: { ...headers, "content-encoding": coding } };
}

function typed(body: BodyInit, type: string): Request {
  return [QUERY, { method: "POST", body, headers: { "content-type": type } }];
}

function form(bytes: Bytes, path: string, fields: Readonly<Record<string, string>>): Request {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("image", new File([bytes], "scene.jpg", { type: "image/jpeg" }));
  return [path, { method: "POST", body }];
}

function textForm(fields: Readonly<Record<string, string>>): Request {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return [OTHER_QUERY, { method: "POST", body }];
}

/** Builds a form that no runtime writes, with a preamble and an epilogue. */
function rawForm(bytes: Bytes, parameters: string, type = "multipart/form-data"): Request {
  const start = `A preamble\r\n--x\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n`;
  const body = new Blob([start, bytes, "\r\n--x--\nAn epilogue"]);
  const headers = { "content-type": `${type}; boundary="x"` };
  return [QUERY, { method: "POST", body, headers }];
}

function json(path: string, image: string): Request {
  const options = { score: 0.2, max: 5, classes: ["apple", "orange", "banana"] };
  return [path, {
    method: "POST",
    body: JSON.stringify({ image, ...options }),
    headers: { "content-type": "application/json" },
  }];
}
