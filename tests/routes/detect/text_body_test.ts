import { assertEquals } from "@std/assert";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { seededRandom } from "../../random.ts";
import { assertCpuTime, assertProblem } from "../../testing.ts";
import { post, quickApp, type Seen } from "../quick_app.ts";

/** Start of a JPEG whose base64 has a `+` and a `/`. */
const IMAGE = bytesOf("\xff\xd8\xff\xe0\0\x10JFIF\0\x01\xfb\xef\xbe\r\n the rest of a photo");
const BASE64 = IMAGE.toBase64();
const URLENCODED = "application/x-www-form-urlencoded";

/** Types that clients declare for an image, whatever it is. */
const TYPES: readonly (string | undefined)[] = [
  ...["image/jpeg", "image/jpg", "IMAGE/JPEG", "image/png; charset=binary", "image/*", "*/*"],
  ...["application/octet-stream", "application/x-www-form-urlencoded", "binary", "jpg"],
  ...["text/plain;charset=UTF-8", "application/json-seq", undefined],
];

for (const type of TYPES) {
  Deno.test(`POST /detect reads an image of type ${type ?? "that is not declared"}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const headers = type === undefined ? {} : { "content-type": type };
    assertEquals((await app.request("/detect?max=3", post(IMAGE, headers))).status, 200);
    assertEquals(seen, [{ bytes: IMAGE, options: { max: 3 } }]);
  });
}

for (
  const [what, body] of [
    ["as a library writes it", new URLSearchParams({ image: BASE64, max: "3" })],
    ["whose + is not escaped", `image=${BASE64}&max=3`],
    [
      "in lines, as the command base64 writes it",
      `max=3&image=${BASE64.slice(0, 9)}\n${BASE64.slice(9)}`,
    ],
    [
      "as a data URL",
      new URLSearchParams({ image: `data:image/jpeg; base64,${BASE64}`, max: "3" }),
    ],
    ["as a data URL whose + is not escaped", `image=data:;base64,${BASE64}&max=3`],
    ["beside empty fields", `score=&image=${BASE64}&max=3&classes=`],
  ] as const
) {
  Deno.test(`POST /detect reads a URL-encoded form with an image ${what}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    const response = await app.request("/detect", post(body, { "content-type": URLENCODED }));
    assertEquals(response.status, 200, await response.text());
    assertEquals(seen, [{ bytes: IMAGE, options: { max: 3 } }]);
  });
}

Deno.test("POST /detect reads the options of a URL-encoded form as those of a query", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const body = new URLSearchParams({ score: ".5", image: BASE64 });
  for (const label of ["dining table", "cat,50% off", "größe"]) body.append("classes", label);
  const type = `${URLENCODED}; charset=UTF-8`;
  const response = await app.request("/detect?max=2&score=1", post(body, { "content-type": type }));
  assertEquals(response.status, 200);
  const classes = ["dining table", "cat", "50% off", "größe"];
  assertEquals(seen[0]!.options, { scoreThreshold: 0.5, max: 2, classes });
});

/** Returns what `curl -d @FILE` sends. */
function stripped(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.filter((byte) => ![0x00, 0x0a, 0x0d].includes(byte)));
}

const next = seededRandom(3);
const LONG_IMAGE = joinBytes(IMAGE, Uint8Array.from({ length: 5000 }, () => 256 * next()));

for (
  const [what, body, type, status, code, details] of [
    ["an image that curl -d sent", stripped(IMAGE), URLENCODED, 400, "malformed-request", [
      ...["line breaks", "--data-binary"],
    ]],
    ["an image that curl -d sent as JPEG", stripped(LONG_IMAGE), "image/jpeg", 400, ...[
      "malformed-request" as const,
      ["line breaks", "--data-binary"],
    ]],
    ["JSON without a type", `{"image": "${BASE64}"}`, undefined, 415, "not-an-image", [
      "Content-Type: application/json",
    ]],
    ["JSON that curl -d sent", `\ufeff \n{"image": "${BASE64}"}`, URLENCODED, 415, "not-an-image", [
      "Content-Type: application/json",
    ]],
    ["JSON that fetch() sent as a text", `{"image": "${BASE64}"}`, "text/plain;charset=UTF-8", ...[
      415 as const,
      "not-an-image" as const,
      ["the body is JSON", "Content-Type: application/json"],
    ]],
    ["base64", BASE64, "text/plain", 415, "not-an-image", ["is base64", '{"image": "BASE64"}']],
    ["base64 that curl -d sent", BASE64, URLENCODED, 415, "not-an-image", ['{"image": "BASE64"}']],
    ["a data URL", `data:image/png;base64,${BASE64}`, "text/plain", 415, "not-an-image", [
      ...["is a data URL", '{"image": "data:…"}'],
    ]],
    [
      "a form without a type",
      `--XbX\r\nContent-Disposition: form-data; name="image"\r\n\r\n`,
      undefined,
      415,
      "not-an-image",
      ["is a form", "multipart/form-data; boundary="],
    ],
    ["an empty body", "", URLENCODED, 400, "no-image", ["body is empty"]],
    ["an empty image", "image=&score=.5", URLENCODED, 400, "no-image", ['"image" is empty']],
    ["the name of a file", "image=photo.jpg", URLENCODED, 400, "wrong-field", [
      "must be a file",
      "enctype",
    ]],
    ["no image", "score=.5", URLENCODED, 400, "wrong-field", [
      'has "score"',
      "-F image=@photo.jpg",
    ]],
    ["a text", "hello", URLENCODED, 400, "wrong-field", ['has "hello"']],
    ["a URL in a form", "url=https://a.org/b.jpg", URLENCODED, 400, "wrong-field", ['has "url"']],
    ["two images", `image=${BASE64}&image=${BASE64}`, URLENCODED, 400, "wrong-field", ["are 2"]],
    ["an unknown option", `image=${BASE64}&scroe=1`, URLENCODED, 400, "invalid-option", [
      '"scroe"',
    ]],
    ["an option twice", `image=${BASE64}&max=1&max=1`, URLENCODED, 400, "invalid-option", [
      "2 times",
    ]],
    ["65 fields", `image=${BASE64}${"&a=1".repeat(64)}`, URLENCODED, 400, "malformed-request", [
      "at most 64 fields",
    ]],
  ] as const
) {
  Deno.test(`POST /detect answers ${what} of type ${type} with ${status} ${code}`, async () => {
    const app = await quickApp({ maxBytes: 10_000 });
    // A body of bytes, as fetch() declares a text as text/plain.
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const headers = type === undefined ? {} : { "content-type": type };
    await assertProblem(app.request("/detect", post(bytes, headers)), status, code, ...details);
  });
}

Deno.test("POST /detect refuses a URL-encoded form of a million fields before it is parsed", async () => {
  const app = await quickApp({ maxBytes: 20_000_000 });
  const form = post("a&".repeat(10_000_000), { "content-type": URLENCODED });
  const response = await assertCpuTime(2000, () => app.request("/detect", form));
  await assertProblem(response, 400, "malformed-request", "at most 64 fields");
});

Deno.test("POST /detect takes an image of the most bytes as URL-encoded base64", async () => {
  const maxBytes = 300_000;
  const app = await quickApp({ maxBytes });
  const form = (bytes: number) => {
    const body = new URLSearchParams({ image: new Uint8Array(bytes).fill(1).toBase64() });
    return app.request("/detect", { method: "POST", body });
  };
  assertEquals((await form(maxBytes)).status, 200);
  await assertProblem(form(2 * maxBytes), 413, "too-many-bytes");
});
