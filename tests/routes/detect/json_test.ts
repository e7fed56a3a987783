import { assert, assertEquals } from "@std/assert";
import { createApp } from "../../../routes/app.ts";
import { decodeImageText } from "./decode_image_text.ts";
import { everyday8Registry } from "../../everyday8.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { DomainError } from "../../../src/core/domain_error.ts";
import { assertCpuTime, assertDomainError, assertProblem } from "../../testing.ts";
import { post, postJson, problemOf, quickApp, type Seen } from "../quick_app.ts";

const BYTES = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);
const BASE64 = BYTES.toBase64();

Deno.test("POST /detect finds the same in base64, in a data URL and in the file itself", async () => {
  const image = fruitImage();
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: image.length, log: () => {} });
  const find = async (path: string, init: RequestInit) => {
    const response = await app.request(path, init);
    const { detections } = await response.json();
    assertEquals(response.status, 200);
    return detections;
  };
  const expected = await find("/detect?score=0.05&max=5&classes=orange,apple", post(image));
  assert(expected.length > 0);
  const options = { score: 0.05, max: 5, classes: ["orange", "apple"] };
  const base64 = image.toBase64();
  assertEquals(await find("/detect", postJson({ image: base64, ...options })), expected);
  const dataUrl = `data:image/png;base64,${base64}`;
  assertEquals(await find("/detect", postJson({ image: dataUrl, ...options })), expected);
  await registry.close();
});

for (
  const [what, image] of [
    ["base64", BASE64],
    ["base64 without = at the end", BASE64.replaceAll("=", "")],
    ["base64 in lines, as the command writes it", `${BASE64.slice(0, 4)}\r\n${BASE64.slice(4)}\n`],
    ["base64 between spaces", ` \n${BASE64}\t`],
    ["a data URL", `data:image/jpeg;base64,${BASE64}`],
    ["a data URL in capitals, with a parameter", `DATA:IMAGE/PNG;name=a.png;BASE64,${BASE64}`],
    [
      "a data URL as FileReader writes it for a Blob without a type",
      `data:application/octet-stream;base64,${BASE64}`,
    ],
    ["a data URL without a type", `data:;base64,${BASE64}`],
    ["a data URL of a text", `data:text/plain;charset=utf-8;base64,${BASE64}`],
    ["a data URL with a space before base64", `data:image/jpeg; base64,${BASE64}`],
    ["a data URL with spaces in its type", `data: image/jpeg ; base64 ,${BASE64}`],
    ["a data URL between spaces", ` \r\ndata:image/jpeg;base64,${BASE64}\n `],
    ["a data URL in lines", `data:image/jpeg;\nbase64,\n${BASE64.slice(0, 4)}\n${BASE64.slice(4)}`],
    [
      "a data URL with escapes",
      `data:image/jpeg;base64,${BASE64.replaceAll("/", "%2f").replaceAll("=", "%3D")}`,
    ],
    [
      "a data URL with escaped line breaks",
      `data:image/jpeg;base64,${BASE64.slice(0, 4)}%0D%0A${BASE64.slice(4)}`,
    ],
    ["a data URL of escaped bytes", "data:image/jpeg,%FF%d8%ff%E0%00"],
    ["a data URL with a fragment", `data:image/jpeg;base64,${BASE64}#photo`],
  ]
) {
  Deno.test(`POST /detect takes JSON with ${what}`, async () => {
    const seen: Seen[] = [];
    const app = await quickApp({}, seen);
    assertEquals((await app.request("/detect", postJson({ image }))).status, 200);
    assertEquals(seen[0]!.bytes, BYTES);
  });
}

Deno.test("decodeImageText() decodes data URLs as fetch() does", async () => {
  const heads = [
    ...["data:", "data:image/png", "DATA:;BASE64", "data:;base64", "data:image/jpeg; base64"],
    ...["data:a/b;c=d;base64", "data:a/b;base64 ", "data:a/b;base64;c=d", "data:base64"],
    ...["data: ;  base64 ", 'data:;name="a;base64"', "data:;base64;base64", " data:;bas\te64"],
  ];
  const bodies = [
    ...["", "/9j/4AA=", "/9j/4AAQ", "/9j/4AA", "/9j/4", "%2F9j%2f4AAQ", "/9j/4A AQ", "/9j/\n4AAQ"],
    ...["AA==", "AA=", "A===", "AAAA=", "=", "-_-_", "AAAA#frag", "AA%3D%3D", "AA%3D", "A?B="],
    ...["a,b", "AB%0A==", "AB==%20", "%00%ff", "AAA%\n41", "\x0bAAAA", "<svg/>", "é%C3%A9", "a b "],
  ];
  const outcomes = { decoded: 0, refused: 0 };
  for (const url of heads.flatMap((head) => bodies.map((body) => `${head},${body}`))) {
    const expected = await fetch(url).then((response) => response.bytes(), () => undefined);
    if (expected === undefined) {
      assertDomainError(() => decodeImageText(url), "malformed-request", "base64");
      outcomes.refused++;
    } else {
      assertEquals(decodeImageText(url), expected, url);
      outcomes.decoded++;
    }
  }
  assert(outcomes.decoded > 100 && outcomes.refused > 50, JSON.stringify(outcomes));
});

Deno.test("decodeImageText() keeps a percent sign that begins no escape", () => {
  for (const text of ["%", "%4", "%zz", "a%4zb", "100%%"]) {
    assertEquals(decodeImageText(`data:,${text}`), new TextEncoder().encode(text));
  }
});

Deno.test("decodeImageText() takes time in proportion to the text", async () => {
  const long = 6_000_000;
  for (
    const text of [
      `data:;base64,${"%41".repeat(long / 3)}`,
      `data:;base64${" ".repeat(long)},`,
      `data:${";".repeat(long)},`,
      `data:${"; ".repeat(long / 2)},`,
      `data:,${"%".repeat(long)}`,
      `${" ".repeat(long)}AAAA`,
    ]
  ) {
    await assertCpuTime(4000, () => {
      try {
        decodeImageText(text);
      } catch (error) {
        assert(error instanceof DomainError); // a head of more than 64 KB
      }
    });
  }
});

Deno.test("POST /detect takes JSON's options before those of the query", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({}, seen);
  const body = { image: BASE64, score: 0.25, iou: 0.5, max: 3, classes: ["a, b", "cat"] };
  const response = await app.request("/detect?score=0.9&max=9", postJson(body));
  assertEquals(response.status, 200);
  assertEquals(seen[0]!.options, {
    scoreThreshold: 0.25,
    iou: 0.5,
    max: 3,
    classes: ["a, b", "cat"],
  });
});

Deno.test("POST /detect takes JSON by any of JSON's media types", async () => {
  const app = await quickApp();
  for (
    const type of [
      ...[
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ;",
      ],
      ...["application/ld+json", "application/vnd.api+json", "Application/JSON", "text/json"],
      "application/json, application/json",
    ]
  ) {
    const body = JSON.stringify({ image: BASE64 });
    const response = await app.request("/detect", post(body, { "content-type": type }));
    assertEquals(response.status, 200, type);
  }
});

for (
  const [what, body, status, code, detail] of [
    ["an empty body", "", 400, "no-image", "empty"],
    ["broken JSON", "{", 400, "malformed-request", "valid JSON"],
    [
      "JSON that is not UTF-8",
      new Uint8Array([0x22, 0xff, 0x22]),
      400,
      "malformed-request",
      "JSON",
    ],
    ["a list", "[]", 400, "malformed-request", "object"],
    ["null", "null", 400, "malformed-request", "object"],
    ["a text", '"aGk="', 400, "malformed-request", "object"],
    ["deep nesting", "[".repeat(60_000), 400, "malformed-request", "JSON"],
    ["no image", { score: 0.5 }, 400, "no-image", "neither"],
    ["an empty image", { image: "" }, 400, "no-image", "empty"],
    ["a number for the image", { image: 7 }, 400, "invalid-option", "must be a text"],
    ["both image and url", { image: BASE64, url: "https://a.org/" }, 400, "wrong-field", "both"],
    ["what is not base64", { image: "this is no base64!" }, 400, "malformed-request", "base64"],
    ["base64 of a wrong length", { image: "abcde" }, 400, "malformed-request", "base64"],
    ["base64 for URLs", { image: "_9j_4AA=" }, 400, "malformed-request", "+ and /"],
    ["a data URL without a comma", { image: "data:image/png" }, 400, ...[
      "malformed-request" as const,
      "a comma before its data",
    ]],
    ["a data URL whose comma is in its fragment", { image: "data:image/png#,AAAA" }, 400, ...[
      "malformed-request" as const,
      "a comma before its data",
    ]],
    [
      "a data URL of base64 for URLs",
      { image: "data:image/png;base64,_9j_4AA=" },
      400,
      "malformed-request",
      "base64",
    ],
    [
      "a data URL that is broken",
      { image: "data:image/png;base64,***" },
      400,
      "malformed-request",
      "base64",
    ],
    ["an unknown key", { image: BASE64, scroe: 1 }, 400, "invalid-option", '"scroe"'],
    [
      "a prototype's key",
      `{"image":"${BASE64}","__proto__":{"score":1}}`,
      400,
      "invalid-option",
      "__proto__",
    ],
    ["a score as a text", { image: BASE64, score: "0.5" }, 400, "invalid-option", "number"],
    ["a score of 2", { image: BASE64, score: 2 }, 400, "invalid-option", "at most 1"],
    ["max 1.5", { image: BASE64, max: 1.5 }, 400, "invalid-option", "whole"],
    ["classes as a text", { image: BASE64, classes: "cat" }, 400, "invalid-option", "list"],
    ["an empty class", { image: BASE64, classes: [""] }, 400, "invalid-option", "empty"],
    [
      "a URL where images by URL are off",
      { url: "https://a.org/b.jpg" },
      403,
      "url-not-allowed",
      "no URLs",
    ],
    ["a long URL", { url: `https://a.org/${"a".repeat(2048)}` }, 400, "invalid-option", "2048"],
  ] as const
) {
  Deno.test(`POST /detect answers JSON with ${what} with ${status} ${code}`, async () => {
    const app = await quickApp({ maxBytes: 6000 });
    const sent = typeof body === "string" || body instanceof Uint8Array
      ? post(body, { "content-type": "application/json" })
      : postJson(body);
    await assertProblem(app.request("/detect", sent), status, code, detail);
  });
}

Deno.test("POST /detect takes an image of the most bytes as base64 and refuses longer bodies", async () => {
  const maxBytes = 300_000;
  const app = await quickApp({ maxBytes });
  const json = (bytes: number) => postJson({ image: new Uint8Array(bytes).toBase64() });
  assertEquals((await app.request("/detect", json(maxBytes))).status, 200);
  assertEquals(await problemOf(app.request("/detect", json(2 * maxBytes))), [
    413,
    "too-many-bytes",
  ]);
});

Deno.test("POST /detect shortens long values and names in its message", async () => {
  const app = await quickApp({ maxBytes: 2_000_000 });
  const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`key${i}`, i]));
  const classes = Array.from({ length: 9_000 }, (_, i) => `label ${i}`);
  for (
    const body of [{ classes: [1, ...classes] }, { score: "9".repeat(500_000) }, {
      ["k".repeat(500_000)]: 1,
    }, many]
  ) {
    const response = await app.request("/detect", postJson({ image: BASE64, ...body }));
    assertEquals(response.status, 400);
    assert((await response.text()).length < 3000);
  }
});
