import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../random.ts";
import { assertCpuTime, assertEnds, assertProblem } from "../../testing.ts";
import { encodedBody, INFER } from "../open_inference/infer_body.ts";
import { post, postJson, quickApp, type Seen } from "../quick_app.ts";

const next = seededRandom(5);
/** Bytes that no coding makes shorter. */
const IMAGE = Uint8Array.from({ length: 50_000 }, () => 256 * next());

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

/** Builds a body in chunks of `size` bytes. */
function chunked(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += size));
    },
  });
}

for (
  const [coding, body] of [
    ["gzip", gzip(IMAGE)],
    ["GZIP", gzip(IMAGE)],
    ["x-gzip", gzip(IMAGE)],
    ["identity, gzip", gzip(IMAGE)],
    ["deflate", new Uint8Array(deflateSync(IMAGE))],
    ["deflate", new Uint8Array(deflateRawSync(IMAGE))], // as .NET's DeflateStream writes it
    ["identity", IMAGE],
    ["", IMAGE],
  ] as const
) {
  for (const size of [1e6, 16_384, 1000, 1]) {
    const start = body.subarray(0, 1).toHex();
    Deno.test(`POST /detect decodes "${coding}" from ${start} in chunks of ${size} bytes`, async () => {
      const seen: Seen[] = [];
      const app = await quickApp({ maxBytes: IMAGE.length }, seen);
      const headers = { "content-encoding": coding, "content-type": "image/jpeg" };
      const response = await app.request("/detect", post(chunked(body, size), headers));
      assertEquals(response.status, 200, await response.text());
      assertEquals(seen.map(({ bytes }) => bytes), [IMAGE]);
    });
  }
}

Deno.test("POST /detect decodes compressed forms and JSON", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({ maxBytes: IMAGE.length }, seen);
  const form = new FormData();
  form.set("image", new File([IMAGE], "a.jpg"));
  form.set("max", "3");
  const image = IMAGE.toBase64();
  for (
    const init of [
      { method: "POST", body: form },
      postJson({ image, max: 3 }),
      { method: "POST", body: new URLSearchParams({ image, max: "3" }) },
    ]
  ) {
    const { headers, body } = new Request("http://a", init);
    headers.set("content-encoding", "gzip");
    const bytes = gzip(await new Response(body).bytes());
    const response = await app.request("/detect", { method: "POST", headers, body: bytes });
    assertEquals(response.status, 200, await response.text());
  }
  assertEquals(seen, Array(3).fill({ bytes: IMAGE, options: { max: 3 } }));
});

Deno.test("POST infer decodes a compressed body, whose JSON has its length without compression", async () => {
  const seen: Seen[] = [];
  const app = await quickApp({ maxBytes: IMAGE.length }, seen);
  const { headers, body } = new Request("http://a", encodedBody(IMAGE));
  headers.set("content-encoding", "gzip");
  const bytes = gzip(await new Response(body).bytes());
  assertEquals((await app.request(INFER, { method: "POST", headers, body: bytes })).status, 200);
  assertEquals(seen.map((call) => call.bytes), [IMAGE]);
});

for (
  const coding of ["br", "zstd", "gzip, gzip", "deflate, gzip", "base64", "utf-8", "x".repeat(500)]
) {
  Deno.test(`POST /detect refuses Content-Encoding: ${coding.slice(0, 20)} unread`, async () => {
    const app = await quickApp();
    let isCancelled = false;
    const body = new ReadableStream({
      pull: () => assert(false, "the body must not be read"),
      cancel: () => void (isCancelled = true),
    }, { highWaterMark: 0 });
    const sent = await app.request("/detect", post(body, { "content-encoding": coding }));
    assertEquals(sent.headers.get("accept-encoding"), "gzip, deflate");
    const words = ["gzip, deflate or identity", `"${coding.slice(0, 100)}"`, "without Content-Enc"];
    await assertProblem(sent, 415, "unsupported-encoding", ...words);
    assertEquals(isCancelled, false);
  });
}

for (
  const [what, body] of [
    ["an image that is not compressed", IMAGE],
    ["gzip that ends early", gzip(IMAGE).subarray(0, -1000)],
    ["gzip without its checksum", gzip(IMAGE).subarray(0, -8)],
    ["gzip with a wrong checksum", gzip(IMAGE).with(-6, 7)],
    ["damaged gzip", gzip(IMAGE).fill(0x55, 20_000, 21_000)],
    ["Brotli", new Uint8Array(brotliCompressSync(IMAGE))],
    ["a byte", IMAGE.subarray(0, 1)],
  ] as const
) {
  Deno.test(`POST /detect refuses ${what} as gzip`, async () => {
    const app = await quickApp({ maxBytes: 100_000 });
    for (const size of [1e6, 1000]) {
      const sent = app.request(
        "/detect",
        post(chunked(body, size), { "content-encoding": "gzip" }),
      );
      await assertProblem(sent, 400, "malformed-request", "not valid gzip");
    }
  });
}

Deno.test("POST /detect refuses an empty body of any coding as no image", async () => {
  const app = await quickApp();
  for (const body of ["", new ReadableStream({ start: (controller) => controller.close() })]) {
    const sent = app.request("/detect", post(body, { "content-encoding": "gzip" }));
    await assertProblem(sent, 400, "no-image", "body is empty");
  }
  const empty = app.request(
    "/detect",
    post(gzip(new Uint8Array()), { "content-encoding": "gzip" }),
  );
  await assertProblem(empty, 400, "no-image", "body is empty");
});

Deno.test("POST /detect lets other requests have turns while it decompresses", async () => {
  const app = await quickApp({ maxBytes: 4e6, bodyMemory: 1e8 });
  const body = gzip(new Uint8Array(4e6));
  let isOver = false;
  let turns = 0;
  const others = (async () => {
    for (; !isOver; turns++) await new Promise((resolve) => setTimeout(resolve, 0));
  })();
  const answers = Array.from(
    { length: 4 },
    () => app.request("/detect", post(body, { "content-encoding": "gzip" })),
  );
  for (const { status } of await Promise.all(answers)) assertEquals(status, 200);
  isOver = true;
  await others;
  assert(turns >= 4 * 4e6 / 2e6, `${turns} turns`); // one for each 2 MB, and more for less
});

Deno.test("POST /detect stops decompressing at the limit", async () => {
  const app = await quickApp({ maxBytes: 1_000_000 });
  const bomb = gzip(new Uint8Array(1_000_000_000));
  assert(bomb.length < 1_000_000);
  for (const size of [1e6, 1000]) {
    const body = post(chunked(bomb, size), { "content-encoding": "gzip" });
    const response = await assertCpuTime(1000, () => app.request("/detect", body));
    await assertProblem(response, 413, "too-many-bytes", "1000000", "decompressed body is longer");
  }
});

Deno.test("POST /detect limits the compressed bytes of a body, too", async () => {
  const app = await quickApp({ maxBytes: 1000 });
  // Empty blocks of deflate: compressed bytes of which nothing becomes.
  const empty = new Uint8Array(200_000);
  const block = [0x00, 0x00, 0x00, 0xff, 0xff];
  for (let at = 0; at < empty.length; at += block.length) empty.set(block, at);
  const sent = app.request(
    "/detect",
    post(chunked(empty, 1000), { "content-encoding": "deflate" }),
  );
  await assertProblem(sent, 413, "too-many-bytes", "at most 1000", "the body is longer");
});

Deno.test("POST /detect takes decompressed bytes from the budget, and returns them", async () => {
  const app = await quickApp({ maxBytes: 100_000, bodyMemory: 80_000 });
  const send = (bytes: number) => {
    const body = gzip(new Uint8Array(bytes));
    return app.request("/detect", post(body, { "content-encoding": "gzip" }));
  };
  for (let i = 0; i < 5; i++) {
    // One client gets three quarters of the budget.
    await assertProblem(send(60_001), 413, "too-many-bytes", "at most 60000: it needs 60001");
    assertEquals((await send(60_000)).status, 200);
  }
});

Deno.test("POST /detect counts the bytes of a compressed body once, not packed and unpacked", async () => {
  const image = IMAGE.toBase64();
  const body = JSON.stringify({ image });
  // As JSON, it must fit with the budget's least size: twice the largest image.
  const app = await quickApp({ maxBytes: IMAGE.length * 3, bodyMemory: IMAGE.length * 6 });
  const headers = { "content-type": "application/json" };
  assertEquals((await app.request("/detect", post(body, headers))).status, 200);
  const packed = gzip(new TextEncoder().encode(body));
  const response = await app.request(
    "/detect",
    post(packed, { ...headers, "content-encoding": "gzip" }),
  );
  assertEquals(response.status, 200);
});

Deno.test("POST /detect times out a compressed body that stalls", async () => {
  const app = await quickApp({ bodyTimeoutMs: 100 });
  let isCancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(gzip(IMAGE).subarray(0, 500)),
    cancel: () => void (isCancelled = true),
  });
  const sent = app.request("/detect", post(body, { "content-encoding": "gzip" }));
  const response = await assertEnds(2000, Promise.resolve(sent));
  assertEquals(response.headers.get("connection"), "close");
  await assertProblem(response, 408, "body-timeout", "within 100 ms");
  assert(isCancelled, "the body must be cancelled");
});

Deno.test("POST /detect answers a compressed body that breaks off with 400, and logs nothing", async () => {
  const app = await quickApp({ log: (error) => assert(false, `${error}`) });
  const chunks = [gzip(IMAGE).subarray(0, 500)];
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks.pop();
      if (chunk === undefined) controller.error(new Error("gone"));
      else controller.enqueue(chunk);
    },
  });
  const sent = app.request("/detect", post(body, { "content-encoding": "gzip" }));
  await assertProblem(sent, 400, "malformed-request", "it broke off");
});
