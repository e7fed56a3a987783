import { assertEquals, assertMatch } from "@std/assert";
import { RateStore } from "../../../routes/guards/rate_store.ts";
import { newApiKey, quickApp } from "../quick_app.ts";

const MINUTE = 60_000;
const clientAddress = (context: { req: { header(name: string): string | undefined } }) =>
  context.req.header("x-test-address");

Deno.test("rateLimit() reports what is left, then answers 429 with Retry-After", async () => {
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

Deno.test("rateLimit() counts the addresses of one IPv6 network as one client", async () => {
  const app = await quickApp({ addressRate: { limit: 1, windowMs: MINUTE }, clientAddress });
  const ask = async (address: string) =>
    (await app.request("/models", { headers: { "x-test-address": address } })).status;
  assertEquals(await ask("2001:db8:1:2::1"), 200);
  assertEquals(await ask("2001:db8:1:2:ffff::2"), 429);
  assertEquals(await ask("2001:db8:1:3::1"), 200);
  assertEquals(await ask("::ffff:192.0.2.9"), 200);
  assertEquals(await ask("192.0.2.9"), 429);
});

Deno.test("rateLimit() counts keys and addresses separately, and reports both", async () => {
  const [alice, bob] = [await newApiKey("alice"), await newApiKey("bob")];
  const app = await quickApp({
    keys: [alice.accepted, bob.accepted],
    clientAddress,
    keyRate: { limit: 2, windowMs: MINUTE },
    addressRate: { limit: 5, windowMs: MINUTE },
  });
  const ask = (key: string) =>
    app.request("/models", { headers: { "x-api-key": key, "x-test-address": "192.0.2.1" } });
  const first = await ask(alice.key);
  assertEquals(first.headers.get("ratelimit-policy"), '"address";q=5;w=60, "key";q=2;w=60');
  assertEquals(first.headers.get("ratelimit"), '"address";r=4;t=60, "key";r=1;t=60');
  assertEquals((await ask(alice.key)).status, 200);
  assertEquals((await ask(alice.key)).status, 429); // the key's
  assertEquals((await ask(bob.key)).status, 200);
  assertEquals((await ask("guessed")).status, 401); // counts for the address
  const refused = await ask(bob.key);
  assertEquals(refused.status, 429); // the address's
  assertEquals(refused.headers.get("ratelimit-policy"), '"address";q=5;w=60');
});

Deno.test("rateLimit() neither counts nor refuses health checks", async () => {
  const app = await quickApp({ addressRate: { limit: 1, windowMs: MINUTE }, clientAddress });
  for (let i = 0; i < 5; i++) {
    const response = await app.request("/healthz");
    assertEquals([response.status, response.headers.get("ratelimit")], [200, null]);
  }
  assertEquals((await app.request("/models")).status, 200);
});

Deno.test("RateStore starts a new window once the last one has ended", () => {
  let now = 0;
  const store = new RateStore(1000, { now: () => now, wallNow: () => 5000 + now });
  assertEquals([1, 2, 3].map(() => store.increment("a").totalHits), [1, 2, 3]);
  now = 999;
  assertEquals(store.increment("a").totalHits, 4);
  now = 1000;
  assertEquals(store.get("a"), undefined);
  assertEquals(store.increment("a").totalHits, 1);
  assertEquals(store.get("a")?.resetTime.getTime(), 7000);
});

Deno.test("RateStore ends a window in time even if the wall clock is set back", () => {
  let [now, wallNow] = [0, 1_000_000];
  const store = new RateStore(1000, { now: () => now, wallNow: () => wallNow });
  assertEquals(store.increment("a").resetTime.getTime(), wallNow + 1000);
  [now, wallNow] = [400, 1000];
  assertEquals(store.increment("a"), { totalHits: 2, resetTime: new Date(wallNow + 600) });
  now = 1000;
  assertEquals(store.increment("a").totalHits, 1);
});

Deno.test("RateStore does not measure windows with the wall clock", () => {
  const { now } = Date;
  try {
    const store = new RateStore(60_000);
    store.increment("a");
    Date.now = () => now() + 120_000;
    assertEquals(store.increment("a").totalHits, 2);
  } finally {
    Date.now = now;
  }
});

Deno.test("RateStore evicts the client that has sent nothing for the longest time", () => {
  let now = 0;
  const store = new RateStore(1000, { maxClients: 3, now: () => now });
  for (const client of ["a", "b"]) store.increment(client);
  now = 500;
  for (const client of ["c", "d"]) store.increment(client); // evicts "a"
  assertEquals([store.size, store.get("a"), store.get("b")?.totalHits], [3, undefined, 1]);
  store.increment("b");
  store.increment("e"); // evicts "c"
  assertEquals([store.size, store.get("c"), store.get("b")?.totalHits], [3, undefined, 2]);
  now = 1100;
  assertEquals([store.get("b"), store.get("d")?.totalHits], [undefined, 1]);
  for (let i = 0; i < 10_000; i++) store.increment(`client ${i}`);
  assertEquals(store.size, 3);
});

Deno.test("RateStore takes requests back and removes clients", () => {
  const store = new RateStore(1000, { now: () => 0 });
  for (let i = 0; i < 3; i++) store.increment("a");
  store.decrement("a");
  assertEquals(store.get("a")?.totalHits, 2);
  store.resetKey("a");
  store.decrement("a");
  assertEquals([store.size, store.get("a")], [0, undefined]);
});
