import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { AppDeps } from "../../../routes/app.ts";
import { listen, type Listener, type ListenOptions } from "../../../src/platforms/host/listen.ts";
import { quickApp } from "../../routes/quick_app.ts";
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
  const listener = await listen(await quickApp(deps), { ...PATIENT, ...options });
  return { ...listener, [Symbol.asyncDispose]: () => listener.close() };
}

/** Opens a raw TCP connection to a server. */
async function connect({ url }: Pick<Listener, "url">) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  return {
    send: (text: string) => connection.write(new TextEncoder().encode(text)),
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

Deno.test("listen() closes connections beyond maxConnections at once", async () => {
  await using listener = await listenTo({}, { maxConnections: 2 });
  using first = await connect(listener);
  using second = await connect(listener);
  using third = await connect(listener);
  assertEquals(await third.rest(), "");
  for (const connection of [first, second]) {
    await connection.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
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
