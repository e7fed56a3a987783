import { fruitImage } from "../sample_images/fruit_image.ts";
import { BOMBS } from "../fuzz/bombs.ts";
import { clients, head, open, wait } from "./connection.ts";
import { largeImage } from "./large_image.ts";

/** Attack on a server, which ends after about `seconds`. */
export type Attack = (url: string, seconds: number) => Promise<void>;

/** Name of the attack of a greedy client. */
export const GREEDY = "32 connections of one greedy client";

const HEALTH = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const MODEL = "GET /models/everyday8 HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED = head("/detect", "Transfer-Encoding: chunked");

/** All attacks, by name. Add a row for each kind that the server must survive. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "no attack": (_, seconds) => wait(seconds),

  "100 x 5000 pipelined requests, nothing read": (url, seconds) =>
    clients(100, async () => {
      using connection = await open(url);
      void connection?.send(MODEL.repeat(5000));
      await wait(seconds);
    }),

  "pipelined requests, all read": (url, seconds) =>
    repeated(8, seconds, async () => {
      using connection = await open(url);
      const sent = connection?.send(HEALTH.repeat(2000));
      await Promise.race([connection?.drain(), wait(seconds)]);
      await Promise.race([sent, wait(1)]);
    }),

  "bodies in chunks of one byte": (url, seconds) =>
    endless(4, url, seconds, "1\r\na\r\n".repeat(2000)),

  "bodies in chunks of 60 bytes": (url, seconds) =>
    endless(4, url, seconds, `3c\r\n${"a".repeat(60)}\r\n`.repeat(200)),

  "endless chunk extensions": (url, seconds) => endless(4, url, seconds, "a".repeat(65_536), "1;"),

  "endless trailers": (url, seconds) => endless(4, url, seconds, "a: b\r\n".repeat(1000), "0\r\n"),

  "3000 connections without a request": (url, seconds) => silent(url, seconds, ""),

  "3000 connections with half a header": (url, seconds) =>
    silent(url, seconds, "GET /healthz HTTP/1.1\r\nHost: a\r\nX: "),

  "3000 connections with half a body": (url, seconds) =>
    silent(url, seconds, `${head("/detect", "Content-Length: 1000")}abc`),

  "connections that are opened and dropped": (url, seconds) =>
    repeated(16, seconds, async () => {
      using connection = await open(url);
      await connection?.send(HEALTH);
    }),

  "headers that are refused": (url, seconds) =>
    repeated(8, seconds, async () => {
      using connection = await open(url);
      await connection?.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(20_000)}\r\n\r\n`);
      await Promise.race([connection?.drain(), wait(2)]);
    }),

  "20 stalled bodies of 20 MB": (url, seconds) =>
    clients(20, async () => {
      using connection = await open(url);
      await connection?.send(head("/detect", "Content-Length: 20000000"));
      await connection?.send(new Uint8Array(1_000_000));
      await wait(seconds);
    }),

  "4 clients that upload 20 MB": (url, seconds) => {
    const body = new Uint8Array(19_999_999);
    return repeated(4, seconds, () => post(`${url}/detect`, body));
  },

  "15 JSON bodies of 26 MB": (url, seconds) => {
    const body = new TextEncoder().encode(`{"image":"${"A".repeat(26_000_000)}"}`);
    return repeated(
      15,
      seconds,
      () => post(`${url}/detect`, body, { "content-type": "application/json" }),
    );
  },

  "30 JSON bodies of 25 KB that become 26 MB": async (url, seconds) => {
    const text = new Blob([`{"image":"${"A".repeat(26_000_000)}"}`]);
    const packed = new Response(text.stream().pipeThrough(new CompressionStream("gzip")));
    const body = new Uint8Array(await packed.arrayBuffer());
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    await repeated(30, seconds, () => post(`${url}/detect`, body, headers));
  },

  "20 drawings of 14 MB that nobody reads": (url, seconds) => {
    const image = largeImage();
    const lines = ["Accept: image/svg+xml", `Content-Length: ${image.length}`];
    return clients(20, async () => {
      using connection = await open(url);
      await connection?.send(head("/detect", ...lines));
      void connection?.send(image);
      await wait(seconds);
    });
  },

  "uploads that are refused": (url, seconds) =>
    repeated(8, seconds, () => post(`${url}/detect`, new Uint8Array(40_000_000))),

  [GREEDY]: (url, seconds) => {
    const image = fruitImage();
    return repeated(32, seconds, async () => {
      const status = await post(`${url}/detect`, image);
      if (status !== 200) await wait(0.25);
    });
  },

  "images that are made to do harm": (url, seconds) => {
    const bombs = BOMBS.map(({ bytes }) => bytes());
    let next = 0;
    return repeated(4, seconds, () => post(`${url}/detect`, bombs[next++ % bombs.length]!));
  },
};

/** Sends a chunked body without an end, on several connections, again and again. */
function endless(
  count: number,
  url: string,
  seconds: number,
  part: string,
  start = "",
): Promise<void> {
  return repeated(count, seconds, async (isOver) => {
    using connection = await open(url);
    if (!await connection?.send(CHUNKED + start)) return await wait(0.05);
    while (!isOver() && await connection?.send(part));
  });
}

/** Opens more connections than the server allows, and sends a text that is not a request. */
async function silent(url: string, seconds: number, text: string): Promise<void> {
  const end = performance.now() + seconds * 1000;
  await clients(30, async () => {
    using connections = new DisposableStack();
    for (let i = 0; i < 100 && performance.now() < end; i++) {
      const connection = await open(url);
      if (connection) await connections.use(connection).send(text);
    }
    await wait(Math.max(0, end - performance.now()) / 1000);
  });
}

/** Repeats a task as several clients until the time is over. */
async function repeated(
  count: number,
  seconds: number,
  task: (isOver: () => boolean) => Promise<unknown>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= end;
  await clients(count, async () => {
    while (!isOver()) await task(isOver);
  });
}

/** Posts a body. Returns the status, or 0 if the server has closed the connection. */
async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<number> {
  try {
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(url, { method: "POST", body, headers, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
