import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { newKey } from "../../../src/commands/key.ts";
import { newApiKey, post, problemOf, quickApp } from "../quick_app.ts";

const alice = await newApiKey("alice");
const bob = await newApiKey("bob");
const app = await quickApp({ keys: [alice.accepted, bob.accepted] });
const ask = (headers: Record<string, string>, path = "/models") => app.request(path, { headers });

for (
  const [what, headers] of [
    ["Authorization: Bearer", { authorization: `Bearer ${alice.key}` }],
    ["authorization: bearer, in small letters", { authorization: `bearer ${alice.key}` }],
    ["X-API-Key", { "x-api-key": bob.key }],
    ["X-API-Key beside a proxy's Basic", { "x-api-key": bob.key, authorization: "Basic YTpi" }],
  ] as const
) {
  Deno.test(`apiKeys() accepts a known key as ${what}`, async () => {
    assertEquals((await ask(headers)).status, 200);
  });
}

for (
  const [what, headers, error] of [
    ["none", {}, false],
    ["another key", { "x-api-key": "rne_unknown" }, true],
    ["an empty key", { "x-api-key": "" }, true],
    ["the hash for the key", { "x-api-key": alice.accepted.sha256 }, true],
    ["the entry for the key", { "x-api-key": `alice:${alice.accepted.sha256}` }, true],
    ["the key in capitals", { "x-api-key": alice.key.toUpperCase() }, true],
    ["a key that begins as a known one", { "x-api-key": `${alice.key}A` }, true],
    ["a part of a key", { "x-api-key": alice.key.slice(0, -1) }, true],
    ["Basic", { authorization: `Basic ${alice.key}` }, false],
    ["a wrong bearer beside a right X-API-Key", {
      authorization: "Bearer x",
      "x-api-key": alice.key,
    }, true],
  ] as const
) {
  Deno.test(`apiKeys() answers 401 with a challenge to ${what}`, async () => {
    const response = await ask(headers);
    const challenge = response.headers.get("www-authenticate")!;
    assert(challenge.startsWith('Bearer realm="retinanet-edge"'), challenge);
    assertEquals(challenge.includes('error="invalid_token"'), error);
    const text = await response.text();
    assertEquals([response.status, JSON.parse(text).code], [401, "unauthorized"]);
    for (const sent of Object.values(headers).filter((value) => value !== "")) {
      assert(!text.includes(sent), "a key must not be repeated");
    }
  });
}

Deno.test("apiKeys() leaves only health checks open", async () => {
  for (const path of ["/healthz", "/readyz"]) assertEquals((await ask({}, path)).status, 200);
  for (
    const path of [
      ...["/detect", "/models", "/models/everyday8", "/problems/busy", "/nowhere"],
      ...["/healthz/", "/healthz/x", "//healthz", "/%68ealthz2", "/models/../healthz2"],
    ]
  ) {
    assertEquals(await problemOf(ask({}, path)), [401, "unauthorized"], path);
  }
});

Deno.test("apiKeys() refuses before a byte of the body is read", async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(10));
    },
  }, { highWaterMark: 0 });
  assertEquals(await problemOf(app.request("/detect", post(body))), [401, "unauthorized"]);
  assertEquals(pulled, 0);
});

Deno.test("newKey() creates a new key of 256 bits each time, with its SHA-256", async () => {
  const [first, second] = [await newKey("alice"), await newKey("alice")];
  assertNotEquals(first.key, second.key);
  assertEquals(first.key.replace("rne_", "").length, 43);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(first.key));
  assertEquals(first.entry, `alice:${new Uint8Array(digest).toHex()}`);
  for (const name of ["a:b", "", "a,b", "a b"]) {
    await assertRejects(() => newKey(name), TypeError);
  }
});
