import { gzipSync } from "node:zlib";
import { DomainError } from "../../../src/core/domain_error.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { BOMBS } from "../../fuzz/bombs.ts";
import { buildPng } from "../../image/formats/build_png.ts";
import { buildTiff } from "../../image/formats/build_tiff.ts";
import { bytesOf } from "../../image/formats/bytes_of.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import type { Case, Request } from "../case.ts";
import { MAX_BYTES, MAX_PIXELS } from "../settings.ts";

const URLENCODED = "application/x-www-form-urlencoded";

/** Requests that are wrong in one way each. */
export const PROBLEM_CASES: readonly Case[] = [
  problem("an empty body", "no-image", () => post("/detect", "")),
  problem("a token that is not known", "unknown-token", () => [
    `/detect/${"A".repeat(32)}`,
    { method: "POST" },
  ]),
  problem("an empty form", "no-image", () => post("/detect", new FormData())),
  problem("JSON without an image", "no-image", () => postJson({ score: 0.5 })),
  problem("JSON of an empty image", "no-image", () => postJson({ image: "" })),
  problem(
    "a form with the image in another field",
    "wrong-field",
    () => form("photo", fruitImage()),
  ),
  problem("a form with text for an image", "wrong-field", () => form("image", "text")),
  problem("a form with the name of a file", "wrong-field", () => form("image", "photo.jpg")),
  problem("a URL-encoded form with two images", "wrong-field", () => {
    const image = encodeURIComponent(fruitImage().toBase64());
    return typed(`image=${image}&image=${image}`, URLENCODED);
  }),
  problem("a form with an empty image", "no-image", () => form("image", new Uint8Array())),
  problem("a URL-encoded form without an image", "wrong-field", () => typed("a=b", URLENCODED)),
  problem("a URL-encoded form with the name of a file", "wrong-field", () => {
    return typed("image=photo.jpg&score=0.5", URLENCODED);
  }),
  problem("JSON with an image and a URL", "wrong-field", () => {
    return postJson({ image: "AAAA", url: "https://example.org/a.jpg" });
  }),
  problem("invalid JSON", "malformed-request", () => typed("{", "application/json")),
  problem("invalid base64", "malformed-request", () => postJson({ image: "?" })),
  problem("base64 for URLs", "malformed-request", () => postJson({ image: "_9j_4AA=" })),
  problem("base64 that ends early", "malformed-request", () => postJson({ image: "/9j/4" })),
  problem("base64 with half of its padding", "malformed-request", () => {
    return postJson({ image: "/9j/4A=" });
  }),
  problem("a data URL without a comma", "malformed-request", () => {
    return postJson({ image: "data:image/png;base64" });
  }),
  problem("a data URL of invalid base64", "malformed-request", () => {
    return postJson({ image: "data:image/png;base64,?" });
  }),
  problem("JSON without a type", "not-an-image", () => {
    return post("/detect", bytesOf(JSON.stringify({ image: fruitImage().toBase64() })));
  }),
  problem("JSON of curl -d, without a type", "not-an-image", () => {
    return typed(JSON.stringify({ image: fruitImage().toBase64() }), URLENCODED);
  }),
  problem("a file that curl -d has damaged", "malformed-request", () => {
    const stripped = fruitImage().filter((byte) => ![0x00, 0x0a, 0x0d].includes(byte));
    return typed(stripped, URLENCODED);
  }),
  ...["br", "zstd", "compress", "gzip, gzip", "base64"].map((coding) =>
    problem(`the content coding ${coding}`, "unsupported-encoding", () => {
      return encoded(fruitImage(), coding);
    })
  ),
  problem("an image that is not compressed as declared", "malformed-request", () => {
    return encoded(fruitImage(), "gzip");
  }),
  problem("an image that is not deflated as declared", "malformed-request", () => {
    return encoded(fruitImage(), "deflate");
  }),
  problem("half of a compressed image", "malformed-request", () => {
    return encoded(gzip(fruitImage()).subarray(0, 1000), "gzip");
  }),
  problem("a compressed text", "not-an-image", () => encoded(gzip(bytesOf("hello")), "gzip")),
  problem("a compressed nothing", "no-image", () => encoded(gzip(new Uint8Array()), "gzip")),
  problem("a form without its boundary", "malformed-request", () => {
    return typed("--x--", "multipart/form-data");
  }),
  problem("a truncated form", "malformed-request", () => {
    return typed("--x\r\ncontent-disposition: form-data; na", 'multipart/form-data; boundary="x"');
  }),
  problem("a URL on a server that fetches none", "url-not-allowed", () => {
    return postJson({ url: "https://example.org/a.jpg" });
  }),
  ...[
    ["score=2", "score=-0.1", "score=much", "iou=1.5", "max=0", "max=1001", "max=1.5"],
    ["scor=0.5", "classes=", "score=0.1&score=0.2"],
  ].flat().map((query) =>
    problem(`the option ${query}`, "invalid-option", () => post(`/detect?${query}`, fruitImage()))
  ),
  problem(
    "a bad option in a form",
    "invalid-option",
    () => form("image", fruitImage(), ["max", "-1"]),
  ),
  problem("a bad option in JSON", "invalid-option", () => {
    return postJson({ image: fruitImage().toBase64(), score: "0.5" });
  }),
  problem("an unknown class", "unknown-class", () => {
    return post("/detect?classes=zebra", fruitImage());
  }),
  problem("an unknown model", "unknown-model", () => {
    return post("/detect?model=nope", fruitImage());
  }),
  problem("the manifest of an unknown model", "unknown-model", () => ["/models/nope"]),
  problem("a path that does not exist", "not-found", () => ["/nope"]),
  problem("a problem that does not exist", "not-found", () => ["/problems/nope"]),
  problem("GET /detect", "method-not-allowed", () => ["/detect"]),
  problem("DELETE /models", "method-not-allowed", () => ["/models", { method: "DELETE" }]),
  {
    ...problem("a request without a key", "unauthorized", () => post("/detect", fruitImage())),
    anonymous: true,
  },
  problem("another key", "unauthorized", () => {
    return ["/detect", {
      method: "POST",
      body: fruitImage(),
      headers: { authorization: "Bearer rne_another" },
    }];
  }),
  problem("another key as X-API-Key", "unauthorized", () => {
    return ["/models", { headers: { "x-api-key": "rne_another" } }];
  }),
];

/** Bodies that are no image, or too large ones. */
export const FILE_CASES: readonly Case[] = [
  file("a byte too many", "too-many-bytes", () => new Uint8Array(MAX_BYTES + 1)),
  problem("a byte too many in a form", "too-many-bytes", () => {
    return form("image", new Uint8Array(MAX_BYTES + 1));
  }),
  problem("a byte too many once it is decompressed", "too-many-bytes", () => {
    return encoded(gzip(new Uint8Array(MAX_BYTES + 1)), "gzip");
  }),
  problem("100 MB of zeros in 100 KB", "too-many-bytes", () => {
    return encoded(gzip(new Uint8Array(1e8)), "gzip");
  }),
  file("20000x20000 pixels in 48 bytes", "too-many-pixels", () => {
    return buildPng({ width: 20_000, height: 20_000 });
  }),
  file("a text", "not-an-image", () => bytesOf("hello")),
  file("a page", "not-an-image", () => bytesOf("<!DOCTYPE html><title>Photo</title>")),
  problem("a data URL of a text", "not-an-image", () => postJson({ image: "data:text/plain,a" })),
  file("a TIFF", "unsupported-format", () => buildTiff({ littleEndian: true, entries: [] })),
  file("a HEIC without a still image", "unsupported-format", () => {
    return bytesOf("\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x08moov");
  }),
  file("a JPEG XL", "unsupported-format", () => bytesOf("\xff\x0a\xff\xff")),
  file("an SVG", "unsupported-format", () => bytesOf("<svg></svg>")),
  file("half of a PNG", "truncated-image", () => fruitImage().subarray(0, 1000)),
  file("a PNG of damaged data", "corrupt-image", () => {
    const damaged = fruitImage();
    damaged.fill(0x55, 100, 200);
    return damaged;
  }),
];

/** One bomb of each format and of each end. */
export const BOMB_CASES: readonly Case[] = [
  ...new Map(
    BOMBS.map((bomb) => [`${bomb.name.split(":")[0]} ${bomb.ends.join()}`, bomb] as const),
  ).values(),
].map(({ name, bytes, ends }) => ({
  ...file("", "ok", bytes),
  name: `survives the bomb "${name}"`,
  expected: { kind: "problem", codes: endsHere(bytes(), ends) } as const,
}));

/** Returns the codes under the limits of the suite; the bombs are made for the default limits. */
function endsHere(bytes: Uint8Array, ends: readonly string[]): readonly string[] {
  if (bytes.length > MAX_BYTES) return ["too-many-bytes"];
  try {
    const { width, height } = readHeader(bytes);
    return width * height > MAX_PIXELS ? ["too-many-pixels"] : ends;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return ends;
  }
}

function problem(what: string, code: string, request: () => Request): Case {
  return { name: `refuses ${what}`, request, expected: { kind: "problem", codes: [code] } };
}

function file(what: string, code: string, bytes: () => Uint8Array): Case {
  return problem(what, code, () => post("/detect", Uint8Array.from(bytes())));
}

function post(path: string, body: BodyInit): Request {
  return [path, { method: "POST", body }];
}

function typed(body: BodyInit, type: string): Request {
  return ["/detect", { method: "POST", body, headers: { "content-type": type } }];
}

function encoded(body: Uint8Array<ArrayBuffer>, coding: string): Request {
  return ["/detect", { method: "POST", body, headers: { "content-encoding": coding } }];
}

function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

function postJson(value: unknown): Request {
  return typed(JSON.stringify(value), "application/json");
}

function form(
  field: string,
  value: string | Uint8Array<ArrayBuffer>,
  ...fields: readonly (readonly [string, string])[]
): Request {
  const body = new FormData();
  for (const [name, text] of fields) body.set(name, text);
  body.set(field, typeof value === "string" ? value : new File([value], "photo.png"));
  return post("/detect", body);
}
