import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AppDeps } from "../../../routes/app.ts";
import { post, postJson, problemOf } from "../quick_app.ts";
import { batchApp, form, type Line, type Seen, short } from "./batch_app.ts";

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();

async function send(init: RequestInit, deps?: Partial<AppDeps>, seen?: Seen[], query = "") {
  const app = await batchApp(seen, deps);
  return await app.request(`/detect${query}`, { method: "POST", ...init });
}

async function results(response: Response | Promise<Response>): Promise<Line[]> {
  const answer = await response;
  assertEquals(answer.status, 200, await answer.clone().text());
  assertEquals(answer.headers.get("content-type"), "application/json");
  const { results, ...others } = await answer.json();
  assertEquals(others, {});
  return results;
}

Deno.test("POST /detect answers several images of a form in order, past a bad one", async () => {
  const found = await results(send({ body: form("a", "bad", "ccc") }));
  assertEquals(found.map(short), [
    [0, "a.jpg", 1],
    [1, "bad.jpg", "corrupt-image"],
    [2, "ccc.jpg", 3],
  ]);
  assertEquals(found[1]!.error!.status, 422);
});

Deno.test("POST /detect answers each of several images as it answers one", async () => {
  const one = await (await send({ body: form("a") })).json();
  const [first, second] = await results(send({ body: form("a", "a") }));
  assertEquals<unknown>(first, { index: 0, name: "a.jpg", ...one });
  assertEquals<unknown>(second, { index: 1, name: "a.jpg", ...one });
  assertEquals(one.model, "everyday8");
});

Deno.test("POST /detect takes a list of images in JSON", async () => {
  const images = [
    base64("a"),
    `data:image/png;base64,${base64("bb")}`,
    base64("bad"),
    "no base64!",
    "",
    { image: base64("ccc"), name: "c.jpg" },
    { url: "https://example.com/d.jpg", name: "d.jpg" },
    { url: "https://example.com/missing.jpg" },
  ];
  const fetchImage: AppDeps["fetchImage"] = {
    fetch(url, _, onBytes) {
      if (url.includes("missing")) return Promise.reject(new TypeError("gone"));
      onBytes?.(4);
      return Promise.resolve(new TextEncoder().encode("dddd"));
    },
  };
  const seen: Seen[] = [];
  const found = await results(send(postJson({ images, score: 0.5 }), { fetchImage }, seen));
  assertEquals(found.map(short), [
    [0, undefined, 1],
    [1, undefined, 2],
    [2, undefined, "corrupt-image"],
    [3, undefined, "malformed-request"],
    [4, undefined, "no-image"],
    [5, "c.jpg", 3],
    [6, "d.jpg", 4],
    [7, undefined, "internal"],
  ]);
  assert(seen.every(({ options }) => options?.scoreThreshold === 0.5));
});

Deno.test("POST /detect answers a list of one image with a list", async () => {
  const found = await results(send(postJson({ images: [base64("a")] })));
  assertEquals(found.map(short), [[0, undefined, 1]]);
});

Deno.test("POST /detect takes options of several images from the query and the body", async () => {
  const seen: Seen[] = [];
  const body = form("a", "bb");
  body.append("max", "3");
  await results(send({ body }, {}, seen, "?score=0.5&format=json"));
  await results(send(postJson({ images: [base64("a")], max: 3 }), {}, seen, "?score=0.5"));
  for (const { options } of seen) assertEquals(options, { scoreThreshold: 0.5, max: 3 });
  assertEquals(seen.length, 3);
});

const LARGE = "x".repeat(150_000);
const LIMITS = { maxBytes: 100_000, maxBatch: 3, bodyMemory: 10_000_000 };

for (
  const [what, init] of [
    ["the first", { body: form(LARGE, "a", "bb") }],
    ["the last", { body: form("a", "bb", LARGE) }],
    ["the first of JSON", postJson({ images: [LARGE, "a", "bb"].map(base64) })],
  ] as const
) {
  Deno.test(`POST /detect refuses only the image that is too large, ${what}`, async () => {
    const response = new Request("http://server/detect", { method: "POST", ...init });
    const body = await response.bytes();
    const headers = {
      "content-type": response.headers.get("content-type")!,
      "content-length": String(body.length), // as every client sends it
    };
    const found = await results(send(post(body, headers), LIMITS));
    const widths = found.map(({ image, error }) => image?.width ?? error?.code);
    const expected = what === "the last" ? [1, 2, "too-many-bytes"] : ["too-many-bytes", 1, 2];
    assertEquals(widths, expected);
  });
}

Deno.test("POST /detect takes several images that are larger together than one may be", async () => {
  const images = ["x", "y", "z"].map((letter) => letter.repeat(90_000));
  const forms = await results(send({ body: form(...images) }, LIMITS));
  const lists = await results(send(postJson({ images: images.map(base64) }), LIMITS));
  assertEquals([...forms, ...lists].map(({ image }) => image?.width), Array(6).fill(90_000));
});

const one = base64("a");

for (
  const [what, init, problem] of [
    ["too many parts", { body: form(..."abcd") }, [400, "malformed-request"]],
    ["too many texts", postJson({ images: [..."abcd"].map(base64) }), [400, "malformed-request"]],
    [
      "too many URLs",
      postJson({ images: Array(4).fill({ url: "https://a.org/" }) }),
      [400, "malformed-request"],
    ],
    ["an empty list", postJson({ images: [] }), [400, "no-image"]],
    ["a list and an image", postJson({ images: [one], image: one }), [400, "wrong-field"]],
    ["a list and a URL", postJson({ images: [one], url: "https://a.org/" }), [400, "wrong-field"]],
    ["a text for the list", postJson({ images: one }), [400, "invalid-option"]],
    ["a number in the list", postJson({ images: [one, 7] }), [400, "invalid-option"]],
    ["a list in the list", postJson({ images: [[one]] }), [400, "invalid-option"]],
    ["an item with both", postJson({ images: [{ image: one, url: "a" }] }), [
      400,
      "invalid-option",
    ]],
    ["a wrong option", postJson({ images: [one], score: 2 }), [400, "invalid-option"]],
    ["an item with an option", postJson({ images: [one, { image: one, score: 1 }] }), [
      400,
      "invalid-option",
    ]],
    ["an unknown model", postJson({ images: [one], model: "none" }), [404, "unknown-model"]],
    ["a drawing of JSON", postJson({ images: [one], format: "png" }), [400, "invalid-option"]],
    ["more than all may have", { body: form(...Array(3).fill("x".repeat(140_000))) }, [
      413,
      "too-many-bytes",
    ]],
    ["an image that is too large alone", postJson({ image: base64("x".repeat(250_000)) }), [
      413,
      "too-many-bytes",
    ]],
  ] as const
) {
  Deno.test(`POST /detect refuses ${what} with ${problem.join(" ")}`, async () => {
    assertEquals(await problemOf(send(init, LIMITS)), [...problem]);
  });
}

for (
  const [item, fault] of [
    [null, '"images[1]" must be a text (base64 or a data URL), {"image": …} or {"url": …}'],
    [{ image: one, name: 5 }, 'each with a "name" or not: it is an object'],
    [{ image: one, score: 1 }, '"images[1]" has "score", which is no key of it'],
  ] as const
) {
  Deno.test(`POST /detect names the item of "images" that is ${JSON.stringify(item)}`, async () => {
    const response = await send(postJson({ images: [one, item] }), LIMITS);
    assertStringIncludes((await response.json()).detail, fault);
  });
}

Deno.test("POST /detect refuses a drawing of several images, and says what to do", async () => {
  const response = await send({ body: form("a", "bb") }, {}, [], "?format=png");
  assertEquals(response.status, 400);
  assertStringIncludes((await response.json()).detail, "Send one image");
});

Deno.test("POST /detect returns the memory of several images when the client has read", async () => {
  const app = await batchApp([], { bodyMemory: 1000 });
  const ask = () => app.request("/detect", { method: "POST", body: form("a".repeat(300), "b") });
  const unread = await ask();
  assertEquals(unread.status, 200);
  assertEquals(await problemOf(ask()), [503, "busy"]);
  await unread.body!.cancel();
  for (let i = 0; i < 3; i++) assertEquals((await results(ask())).length, 2);
});
