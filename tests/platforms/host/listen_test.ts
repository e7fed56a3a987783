import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { getConnInfo } from "@hono/node-server/conninfo";
import { setTimeout as delay } from "node:timers/promises";
import { Hono } from "hono";
import type { AppDeps } from "../../../routes/app.ts";
import type { RequestLine } from "../../../routes/guards/request_log.ts";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { listen, type Listener, type ListenOptions } from "../../../src/platforms/host/listen.ts";
import { quickApp, type Seen } from "../../routes/quick_app.ts";
import { assertEnds } from "../../testing.ts";

const PATIENT: ListenOptions = {
  hostname: "127.0.0.1",
  port: 0,
  maxConnections: 100,
  maxHeaderBytes: 16_384,
  headerTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
};

/** Far more than the timeouts of these tests, and less than those of {@linkcode PATIENT}. */
const SOON_MS = 30_000;

async function listenTo(deps: Partial<AppDeps> = {}, options: Partial<ListenOptions> = {}) {
  return await served(await quickApp(deps), options);
}

/** Opens a raw TCP connection to a server. */
async function connect({ url }: Pick<Listener, "url">) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  return {
    async send(text: string): Promise<void> {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
    /** Reads the next bytes; returns "" if the server has closed the connection. */
    async next(): Promise<string> {
      const bytes = new Uint8Array(4096);
      const count = await connection.read(bytes).catch(() => null);
      return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
    },
    /** Reads until the server closes the connection. */
    async rest(): Promise<string> {
      for (let text = "";;) {
        const more = await this.next();
        if (more === "") return text;
        text += more;
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

const HEAD = "POST /detect HTTP/1.1\r\nhost: a\r\n";

for (
  const [fault, start, more] of [
    ["stalls", `${HEAD}content-length: 1000\r\n\r\nabc`, ""],
    ["trickles", `${HEAD}content-length: 1000\r\n\r\nabc`, "x"],
    ["trickles in chunks", `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`, "1\r\nx\r\n"],
  ] as const
) {
  Deno.test(`listen() answers a body that ${fault} with 408 and closes the connection`, async () => {
    await using listener = await listenTo({ bodyTimeoutMs: 300 });
    using connection = await connect(listener);
    await connection.send(start);
    const timer = setInterval(() => {
      if (more !== "") connection.send(more).catch(() => clearInterval(timer));
    }, 50);
    const answer = await assertEnds(SOON_MS, connection.rest());
    clearInterval(timer);
    assertMatch(answer, /^HTTP\/1\.1 408 /);
    assertMatch(answer, /"code":"body-timeout"/);
    assertEquals((await fetch(`${listener.url}/healthz`)).status, 200);
  });
}

for (const start of ["", "POST /detect HT", HEAD]) {
  Deno.test(`listen() closes a connection whose header stops after ${JSON.stringify(start)}`, async () => {
    await using listener = await listenTo({}, { headerTimeoutMs: 200 });
    using connection = await connect(listener);
    if (start !== "") await connection.send(start);
    const answer = await assertEnds(SOON_MS, connection.rest());
    assert(answer === "" || /^HTTP\/1\.1 4\d\d /.test(answer), answer);
  });
}

Deno.test("listen() refuses a header of too many bytes or fields, and keeps serving", async () => {
  await using listener = await listenTo();
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `x${i}: yyyy\r\n`);
  for (
    const header of [`x: ${"y".repeat(20_000)}\r\n`, fields(5000).join(""), fields(101).join("")]
  ) {
    using connection = await connect(listener);
    await connection.send(`GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${header}\r\n`);
    assertMatch(await connection.rest(), /^HTTP\/1\.1 431 /);
  }
  assertEquals((await fetch(`${listener.url}/healthz`)).status, 200);
});

Deno.test("listen() closes the connection that was idle for the longest time for a new one", async () => {
  await using listener = await listenTo({}, { maxConnections: 2 });
  using first = await connect(listener);
  using second = await connect(listener);
  for (const connection of [first, second]) {
    await connection.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    assertMatch(await connection.next(), /^HTTP\/1\.1 200 /);
  }
  await first.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  assertMatch(await first.next(), /^HTTP\/1\.1 200 /);
  using third = await connect(listener);
  assertEquals(await second.rest(), "");
  for (const connection of [first, third]) {
    await connection.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
  }
});

Deno.test("listen() closes a connection whose body has stalled for a new one", async () => {
  await using listener = await listenTo({}, { maxConnections: 2 });
  using stalled = await connect(listener);
  await stalled.send(`${HEAD}content-length: 10\r\nexpect: 100-continue\r\n\r\n`);
  assertMatch(await stalled.next(), /^HTTP\/1\.1 100 /);
  using second = await connect(listener);
  await second.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  assertMatch(await second.next(), /^HTTP\/1\.1 200 /);
  using third = await connect(listener);
  assertEquals(await stalled.rest(), "");
  for (const connection of [second, third]) {
    await connection.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
  }
});

Deno.test("listen() closes a new connection while all others wait for their responses", async () => {
  const begun: (() => void)[] = [];
  const app = new Hono<AppEnv>().post("/detect", async (context) => {
    await context.req.text();
    await new Promise<void>((resolve) => begun.push(resolve));
    return context.text("done");
  });
  await using listener = await served(app, { maxConnections: 2 });
  using first = await connect(listener);
  using second = await connect(listener);
  for (const connection of [first, second]) {
    await connection.send(`${HEAD}content-length: 3\r\n\r\nabc`);
  }
  await until(() => begun.length === 2);
  using third = await connect(listener);
  assertEquals(await third.rest(), "");
  for (const end of begun) end();
  for (const connection of [first, second]) {
    assertMatch(await connection.next(), /^HTTP\/1\.1 200 /);
  }
});

Deno.test("listen() closes the connection of a client whose upload was refused unread", async () => {
  await using listener = await listenTo({ keys: [] });
  using connection = await connect(listener);
  await connection.send(`${HEAD}content-length: 100000\r\n\r\nabc`);
  assertMatch(await connection.rest(), /^HTTP\/1\.1 401 /);
});

Deno.test("listen() passes the IP address of the connection to the app", async () => {
  const addresses: (string | undefined)[] = [];
  const clientAddress: AppDeps["clientAddress"] = (context) => getConnInfo(context).remote.address;
  const logRequest: AppDeps["logRequest"] = ({ address }) => addresses.push(address);
  await using listener = await listenTo({ clientAddress, logRequest });
  await (await fetch(`${listener.url}/healthz`)).text();
  assertEquals(addresses, ["127.0.0.1"]);
});

Deno.test("listen() waits for running requests before it closes", async () => {
  const listener = await listenTo();
  using connection = await connect(listener);
  await connection.send(`${HEAD}content-length: 10\r\nexpect: 100-continue\r\n\r\n`);
  assertMatch(await connection.next(), /^HTTP\/1\.1 100 /);
  let closed = false;
  const closing = listener.close().then(() => closed = true);
  await assertRejects(() => fetch(`${listener.url}/healthz`));
  assertEquals(closed, false);
  await connection.send("0123456789");
  assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
  await closing;
});

Deno.test("listen() begins a pipelined request after the response to the one before", async () => {
  const seen: Seen[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const app = await quickApp({}, seen);
  const slow = new Hono<AppEnv>().use("/detect", async (_, next) => {
    await next();
    await released;
  }).route("/", app);
  await using listener = await served(slow);
  using connection = await connect(listener);
  await connection.send(`${HEAD}content-length: 3\r\n\r\nabc`.repeat(50));
  await until(() => seen.length > 0);
  for (let i = 0; i < 5; i++) await (await fetch(`${listener.url}/healthz`)).text();
  assertEquals(seen.length, 1);
  release();
  await until(() => seen.length === 50);
});

Deno.test("listen() answers pipelined requests in order, and closes after the 1000th", async () => {
  await using listener = await listenTo();
  using connection = await connect(listener);
  const paths = Array.from({ length: 1200 }, (_, i) => `/problems/p${i}`);
  void connection.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join(""));
  const answer = await assertEnds(SOON_MS, connection.rest());
  const found = [...answer.matchAll(/There is no problem \\"p(\d+)\\"/g)].map(([, n]) => Number(n));
  assertEquals(found, Array.from({ length: 1000 }, (_, i) => i));
});

Deno.test("listen() keeps requests apart wherever the bytes of a connection are cut", async () => {
  await using listener = await listenTo();
  const text =
    `${HEAD}content-length: 7\r\n\r\na\r\n\r\nbc${HEAD}transfer-encoding: chunked\r\n\r\n` +
    "4\r\n\r\n\r\n\r\n3;a=b\r\nabc\r\n0\r\nx-trailer: 1\r\n\r\n" +
    "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
  for (const step of [1, 2, 3, 7, 50, 1000]) {
    using connection = await connect(listener);
    for (let at = 0; at < text.length; at += step) {
      await connection.send(text.slice(at, at + step));
    }
    const statuses = [...(await connection.rest()).matchAll(/HTTP\/1\.1 (\d+) /g)];
    assertEquals(statuses.map(([, status]) => status), ["200", "200", "200"]);
  }
});

for (
  const [kind, part] of [
    ["of one byte", "1\r\na\r\n".repeat(1000)],
    ["of 10 bytes with an extension", `a;${"x".repeat(50)}\r\n0123456789\r\n`.repeat(100)],
    ["with an endless extension", `1;${"a".repeat(8000)}`],
    ["with endless trailers", `0\r\n${"a: b\r\n".repeat(1000)}`],
  ] as const
) {
  Deno.test(`listen() refuses a body in chunks ${kind}`, async () => {
    await using listener = await listenTo({ maxBytes: 1e9 });
    using connection = await connect(listener);
    await connection.send(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const answer = connection.rest();
    const sent = (async () => {
      for (let i = 0; i < 100; i++) await connection.send(part);
    })().catch(() => {}); // the server has closed the connection
    assertMatch(await assertEnds(SOON_MS, answer), /^HTTP\/1\.1 (400|413|431) [^]*"code":"/);
    await sent;
  });
}

for (
  const [kind, sizes] of [
    ["1000 bytes", [1000]],
    ["4096 bytes", [4096]],
    ["4097 bytes", [4097]],
    ["8192 bytes", [8192]],
    ["16384 bytes", [16_384]],
    ["65536 bytes", [65_536]],
    ["many sizes", [1, 5000, 4096, 20_000, 3, 70_000, 4097, 100]],
  ] as const
) {
  Deno.test(`listen() reads every byte of a body in chunks of ${kind}`, async () => {
    const seen: Seen[] = [];
    await using listener = await served(await quickApp({ maxBytes: 2e6 }, seen));
    using connection = await connect(listener);
    await connection.send(`${HEAD}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`);
    // Numbers in a row, so that a chunk that is lost, repeated or moved shows.
    const body = Array.from({ length: 1_000_000 }, (_, i) => (i % 9973).toString(36)).join("-")
      .slice(0, 1_000_000);
    for (let at = 0, i = 0; at < body.length; i++) {
      const chunk = body.slice(at, at += sizes[i % sizes.length]!);
      await connection.send(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    }
    await connection.send("0\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
    const [{ bytes } = { bytes: new Uint8Array() }] = seen;
    assert(bytes instanceof Uint8Array && new TextDecoder().decode(bytes) === body);
  });
}

Deno.test("listen() reads a body in 3000 chunks of one byte", async () => {
  const seen: Seen[] = [];
  await using listener = await served(await quickApp({ maxBytes: 5000 }, seen));
  using connection = await connect(listener);
  await connection.send(`${HEAD}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`);
  await connection.send(`${"1\r\na\r\n".repeat(3000)}0\r\n\r\n`);
  assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
  assertEquals(seen.map(({ bytes }) => "length" in bytes && bytes.length), [3000]);
});

for (
  const [name, text, status, code] of [
    ["two Host lines", "GET / HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n", 400, "malformed-request"],
    ["no Host line", "GET / HTTP/1.1\r\n\r\n", 400, "malformed-request"],
    ["a bad host", "GET / HTTP/1.1\r\nhost: a b/c@d\r\n\r\n", 400, "malformed-request"],
    ["a bad URL", "GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n", 400, "malformed-request"],
    ["CONNECT", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 400, "malformed-request"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed-request"],
    ["no HTTP", "nonsense\r\n\r\n", 400, "malformed-request"],
    [
      "two lengths",
      `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n`,
      400,
      "malformed-request",
    ],
    ["an expectation", `${HEAD}expect: a-miracle\r\n\r\n`, 417, "expectation-failed"],
    [
      "a large header",
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      431,
      "too-many-headers",
    ],
    [
      "101 lines of one name",
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${"x: y\r\n".repeat(99)}\r\n`,
      431,
      "too-many-headers",
    ],
    ["a header that stops", "GET / HTTP/1.1\r\nhost: a\r\n", 408, "request-timeout"],
  ] as const
) {
  Deno.test(`listen() answers ${name} with a problem, a request id and a log line`, async () => {
    const lines: RequestLine[] = [];
    const logRequest = (line: RequestLine) => void lines.push(line);
    await using listener = await listenTo({ logRequest }, { headerTimeoutMs: 200 });
    using connection = await connect(listener);
    await connection.send(text);
    const answer = await assertEnds(SOON_MS, connection.rest());
    assertMatch(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    const [, id] = answer.match(/^x-request-id: (\S+)/im) ?? [];
    const problem = JSON.parse(answer.slice(answer.indexOf("{")));
    assertEquals([problem.code, problem.requestId], [code, id]);
    assertEquals(lines.map((line) => [line.status, line.requestId]), [[status, id]]);
  });
}

Deno.test("listen() closes the connection of a client that does not take its response", async () => {
  const app = new Hono<AppEnv>().get("/", (context) => context.body(new Uint8Array(50_000_000)));
  await using listener = await served(app, { unsentTimeoutMs: 300 });
  using connection = await connect(listener);
  await connection.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await connection.next();
  await delay(1000);
  assert((await assertEnds(SOON_MS, connection.rest())).length < 50_000_000);
});

Deno.test("listen() closes within its deadline although a client does not read", async () => {
  const app = new Hono<AppEnv>().get("/", (context) => context.body(new Uint8Array(50_000_000)));
  const listener = await served(app);
  using connection = await connect(listener);
  await connection.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await connection.next();
  await assertEnds(SOON_MS, listener.close(200));
});

/** Serves an app with patient limits. */
async function served(app: Hono<AppEnv>, options: Partial<ListenOptions> = {}) {
  const listener = await listen(app, { ...PATIENT, ...options });
  return { ...listener, [Symbol.asyncDispose]: () => listener.close() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}
