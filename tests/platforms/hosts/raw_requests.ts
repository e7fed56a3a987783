import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { missingShared, SHARED } from "../../testing.ts";

/** Request as the bytes of a connection, and the answers that it may get. */
export interface RawRequest {
  readonly name: string;
  /** Bytes that the client sends. The server closes the connection after its answer. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Statuses of the answer. */
  readonly statuses: readonly number[];
  /** True if the answer must have the detections of {@linkcode IMAGE}. */
  readonly detects?: boolean;
  /** Parts of the answer, header and body, in any case. */
  readonly words?: readonly string[];
}

/** Image of {@linkcode RAW_REQUESTS}. */
export const IMAGE = fruitImage();

/** Reason to leave out {@linkcode sharedRequests}; undefined if they are there. */
export const MISSING_SHARED = missingShared("cases/http/expected.json");

/** Reads the requests of real clients that are kept beside the checkout. */
export async function sharedRequests(): Promise<RawRequest[]> {
  const folder = new URL("cases/http/", SHARED);
  const expected: Record<string, number[]> = JSON.parse(
    await Deno.readTextFile(new URL("expected.json", folder)),
  );
  return await Promise.all(
    Object.entries(expected).map(async ([name, statuses]) => ({
      name,
      bytes: await Deno.readFile(new URL(name, folder)),
      statuses,
    })),
  );
}

const BASE64 = IMAGE.toBase64();
const FORM = "Content-Type: multipart/form-data; boundary=XbX";
const JSON_TYPE = "Content-Type: application/json";
const CHUNKED = ["Transfer-Encoding: chunked"];
const URLENCODED = "Content-Type: application/x-www-form-urlencoded";

/** Requests as clients write them, and as only a raw connection can send them. */
export const RAW_REQUESTS: readonly RawRequest[] = [
  // The request line and the host
  alive("HTTP/1.0 without Host", "GET /healthz HTTP/1.0\r\n\r\n"),
  alive("HTTP/1.0 with Host", "GET /healthz HTTP/1.0\r\nhost: a\r\n\r\n"),
  alive("an empty Host", "GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"),
  alive(
    "an absolute URL, as proxies send it",
    "GET http://a.example/healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
  ),
  {
    name: "HTTP/1.1 without Host, which RFC 9112, section 3.2, forbids",
    bytes: bytesOf("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"),
    statuses: [400],
  },
  {
    name: "an image over HTTP/1.0 without Host",
    bytes: joinBytes(
      bytesOf(`POST /detect HTTP/1.0\r\nContent-Length: ${IMAGE.length}\r\n\r\n`),
      IMAGE,
    ),
    statuses: [200],
    detects: true,
  },
  // The body
  found("an image of no type", [], IMAGE),
  found("an image of type image/jpg", ["Content-Type: image/jpg"], IMAGE),
  found("an image of type IMAGE/JPEG", ["CONTENT-TYPE: IMAGE/JPEG"], IMAGE),
  found("an image of type application/octet-stream", [
    "content-type:application/octet-stream",
  ], IMAGE),
  found("an image that waits for 100 Continue", ["Expect: 100-continue"], IMAGE),
  found("an image in chunks", CHUNKED, chunked(IMAGE)),
  found(
    "an image in chunks, with an extension and a trailer",
    CHUNKED,
    chunked(IMAGE, ";a=b", "X-Trailer: 1\r\n"),
  ),
  found("an image in chunks that waits for 100 Continue", [
    ...CHUNKED,
    "Expect: 100-continue",
  ], chunked(IMAGE)),
  // The form
  found("a form as curl writes it", [FORM], form('name="image"; filename="a.png"')),
  found("a form of .NET", [FORM], form("name=image; filename=a.png; filename*=utf-8''a.png")),
  found("a form with filename before name", [FORM], form('filename="a.png"; name="image"')),
  found("a form with filename* alone", [FORM], form("name=\"image\"; filename*=UTF-8''%C3%B6.png")),
  found("a form without a file name", [FORM], form('name="image"')),
  found("a form in chunks", [FORM, ...CHUNKED], chunked(form('name="image"; filename="a.png"'))),
  found("a form of OkHttp without its type", [
    "Content-Type: multipart/mixed; boundary=XbX",
  ], form('name="image"; filename="a.png"')),
  refused(
    "a form without a boundary",
    [400, "malformed-request", "must name the boundary"],
    ["Content-Type: multipart/form-data"],
    form('name="image"; filename="a.png"'),
  ),
  refused(
    "a form with the image in the field file",
    [400, "wrong-field", 'has \\"file\\"'],
    [FORM],
    form('name="file"; filename="a.png"'),
  ),
  // Texts
  found("JSON", [`${JSON_TYPE}; charset=utf-8`], bytesOf(`{"image":"${BASE64}"}`)),
  found("JSON whose type is sent twice", [
    JSON_TYPE,
    JSON_TYPE,
  ], bytesOf(`{"image":"${BASE64}"}`)),
  found("a data URL of FileReader", [JSON_TYPE], dataUrl("data:application/octet-stream;base64,")),
  found("a data URL without a type", [JSON_TYPE], dataUrl("data:;base64,")),
  found("a data URL with spaces", [JSON_TYPE], dataUrl(" data:image/png; base64 ,")),
  found("a URL-encoded form", [URLENCODED], bytesOf(`image=${encodeURIComponent(BASE64)}`)),
  found("a URL-encoded form that is not escaped", [URLENCODED], bytesOf(`image=${BASE64}`)),
  found("an image of curl --data-binary", [URLENCODED], IMAGE),
  refused(
    "an image of curl -d",
    [400, "malformed-request", "--data-binary"],
    [URLENCODED],
    IMAGE.filter((byte) => ![0x00, 0x0a, 0x0d].includes(byte)),
  ),
  refused(
    "JSON of no type",
    [415, "not-an-image", "Content-Type: application/json"],
    [],
    bytesOf(`{"image":"${BASE64}"}`),
  ),
  // Compression
  found("gzip", ["Content-Encoding: gzip"], gzip(IMAGE)),
  found("x-gzip", ["content-encoding: X-GZIP"], gzip(IMAGE)),
  found("gzip in chunks", ["Content-Encoding: gzip", ...CHUNKED], chunked(gzip(IMAGE))),
  found("deflate", ["Content-Encoding: deflate"], Uint8Array.from(deflateSync(IMAGE))),
  found("deflate of .NET", ["Content-Encoding: deflate"], Uint8Array.from(deflateRawSync(IMAGE))),
  found("identity", ["Content-Encoding: identity"], IMAGE),
  found("a form in gzip", [
    FORM,
    "Content-Encoding: gzip",
  ], gzip(form('name="image"; filename="a.png"'))),
  refused(
    "Brotli",
    [415, "unsupported-encoding", "accept-encoding: gzip, deflate"],
    ["Content-Encoding: br"],
    IMAGE,
  ),
  refused(
    "gzip that is none",
    [400, "malformed-request", "not valid gzip"],
    ["Content-Encoding: gzip"],
    IMAGE,
  ),
  refused(
    "gzip that ends early",
    [400, "malformed-request", "not valid gzip"],
    ["Content-Encoding: gzip"],
    gzip(IMAGE).subarray(0, 1000),
  ),
  refused(
    "gzip of 100 MB of zeros",
    [413, "too-many-bytes", "decompressed body is longer"],
    ["Content-Encoding: gzip"],
    gzip(new Uint8Array(1e8)),
  ),
];

function alive(name: string, text: string): RawRequest {
  return { name, bytes: bytesOf(text), statuses: [200], words: ['{"status":"alive"}'] };
}

function found(name: string, headers: readonly string[], body: Uint8Array): RawRequest {
  return { name, bytes: post(headers, body), statuses: [200], detects: true };
}

function refused(
  name: string,
  [status, ...words]: readonly [status: number, code: string, ...words: string[]],
  headers: readonly string[],
  body: Uint8Array,
): RawRequest {
  return { name, bytes: post(headers, body), statuses: [status], words };
}

function post(headers: readonly string[], body: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = headers.includes(CHUNKED[0]!) ? [] : [`Content-Length: ${body.length}`];
  const lines = ["POST /detect HTTP/1.1", "Host: x", ...headers, ...length, "Connection: close"];
  return joinBytes(bytesOf(`${lines.join("\r\n")}\r\n\r\n`), body);
}

/** Encodes a body in chunks (RFC 9112, section 7.1). */
function chunked(body: Uint8Array, extension = "", trailer = ""): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += 1001) {
    const chunk = body.subarray(at, at + 1001);
    parts.push(bytesOf(`${chunk.length.toString(16)}${extension}\r\n`), chunk, bytesOf("\r\n"));
  }
  return joinBytes(...parts, bytesOf(`0\r\n${trailer}\r\n`));
}

function form(parameters: string): Uint8Array<ArrayBuffer> {
  const head = `--XbX\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n`;
  return joinBytes(bytesOf(head), IMAGE, bytesOf("\r\n--XbX--\r\n"));
}

function dataUrl(start: string): Uint8Array<ArrayBuffer> {
  return bytesOf(JSON.stringify({ image: `${start}${BASE64}` }));
}

function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gzipSync(bytes));
}
