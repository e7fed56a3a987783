import { assert, assertEquals, assertMatch } from "@std/assert";
import { RateStore } from "../../../routes/guards/rate_store.ts";
import { newKey } from "../../../src/commands/key.ts";
import { quickApp } from "../quick_app.ts";

const MINUTE = 60_000;
const clientAddress = (context: { req: { header(name: string): string | undefined } }) =>
  context.req.header("x-test-address");

Deno.test("rateLimit() tells what is left, then answers 429 with when to come again", async () => {
  const app = await quickApp({ addressRate: { limit: 2, windowMs: MINUTE }, clientAddress });
  const ask = (address: string) =>
    app.request("/models", { headers: { "x-test-address": address } });
  for (const left of [1, 0]) {
    const response = await ask("192.0.2.1");
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("ratelimit-policy"), '"address";q=2;w=60');
    assertEquals(response.headers.get("ratelimit"), `"address";r=${left};t=60`);
  }
  const refused = await ask("192.0.2.1");
  assertEquals(refused.headers.get("content-type"), "application/problem+json");
  assertEquals([refused.status, (await refused.json()).code], [429, "too-many-requests"]);
  assertMatch(refused.headers.get("retry-after")!, /^(59|60)$/);
  assertMatch(refused.headers.get("ratelimit")!, /^"address";r=0;t=\d+$/);
  assertEquals((await ask("192.0.2.2")).status, 200, "another address has its own count");
});

Deno.test("rateLimit() takes the addresses of one IPv6 network for one client", async () => {
  const app = await quickApp({ addressRate: { limit: 1, windowMs: MINUTE }, clientAddress });
  const ask = async (address: string) =>
    (await app.request("/models", { headers: { "x-test-address": address } })).status;
  assertEquals(await ask("2001:db8:1:2::1"), 200);
  assertEquals(await ask("2001:db8:1:2:ffff::2"), 429);
  assertEquals(await ask("2001:db8:1:3::1"), 200);
  assertEquals(await ask("::ffff:192.0.2.9"), 200);
  assertEquals(await ask("192.0.2.9"), 429);
});

Deno.test("rateLimit() counts keys and addresses apart, and tells of both", async () => {
  const entries = await Promise.all(["alice", "bob"].map(newKey));
  const keys = entries.map(({ entry }) => {
    const [name, sha256] = entry.split(":");
    return { name, sha256 };
  });
  const app = await quickApp({
    keys,
    clientAddress,
    keyRate: { limit: 2, windowMs: MINUTE },
    addressRate: { limit: 5, windowMs: MINUTE },
  });
  const ask = (key: string) =>
    app.request("/models", { headers: { "x-api-key": key, "x-test-address": "192.0.2.1" } });
  const first = await ask(entries[0].key);
  assertEquals(first.headers.get("ratelimit-policy"), '"address";q=5;w=60, "key";q=2;w=60');
  assertEquals(first.headers.get("ratelimit"), '"address";r=4;t=60, "key";r=1;t=60');
  assertEquals((await ask(entries[0].key)).status, 200);
  assertEquals((await ask(entries[0].key)).status, 429); // the key's
  assertEquals((await ask(entries[1].key)).status, 200);
  assertEquals((await ask("guessed")).status, 401); // counts for the address
  const refused = await ask(entries[1].key);
  assertEquals(refused.status, 429); // the address's
  assertEquals(refused.headers.get("ratelimit-policy"), '"address";q=5;w=60');
});

Deno.test("rateLimit() never refuses the health addresses, nor counts them", async () => {
  const app = await quickApp({ addressRate: { limit: 1, windowMs: MINUTE }, clientAddress });
  for (let i = 0; i < 5; i++) {
    const response = await app.request("/healthz");
    assertEquals([response.status, response.headers.get("ratelimit")], [200, null]);
  }
  assertEquals((await app.request("/models")).status, 200);
});

Deno.test("RateStore begins a new window once the old one has ended", () => {
  let now = 0;
  const store = new RateStore(1000, 10, () => now);
  assertEquals([1, 2, 3].map(() => store.increment("a").totalHits), [1, 2, 3]);
  now = 999;
  assertEquals(store.increment("a").totalHits, 4);
  now = 1000;
  assertEquals(store.increment("a").totalHits, 1);
  assertEquals(store.get("a")?.resetTime.getTime(), 2000);
});

Deno.test("RateStore forgets what has ended first, then the oldest, and never grows further", () => {
  let now = 0;
  const store = new RateStore(1000, 3, () => now);
  for (const client of ["a", "b"]) store.increment(client);
  now = 500;
  for (const client of ["c", "d"]) store.increment(client); // "a" has to go
  assertEquals([store.size, store.get("a"), store.get("b")?.totalHits], [3, undefined, 1]);
  now = 1100;
  store.increment("e"); // "b" has ended
  assertEquals([store.size, store.get("c")?.totalHits], [3, 1]);
  for (let i = 0; i < 10_000; i++) store.increment(`client ${i}`);
  assert(store.size <= 3);
});
