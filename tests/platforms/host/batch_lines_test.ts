import { assertEquals } from "@std/assert";
import type { Hono } from "hono";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { listen } from "../../../src/platforms/host/listen.ts";
import { batchApp, form, type Seen, short } from "../../routes/detect/batch_app.ts";
import { assertEnds } from "../../testing.ts";

/** Longer than any of these requests takes. Without an early line, the test would wait forever. */
const SOON_MS = 30_000;

/** Servers with real sockets, each started with an app. */
const SERVERS: Readonly<Record<string, (app: Hono<AppEnv>) => Promise<RunningServer>>> = {
  "listen()": (app) =>
    listen(app, {
      ...{ hostname: "127.0.0.1", port: 0, maxConnections: 10, maxHeaderBytes: 16_384 },
      ...{ headerTimeoutMs: SOON_MS, bodyTimeoutMs: SOON_MS },
    }),
  "Deno.serve()": (app) => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
    const url = `http://127.0.0.1:${server.addr.port}`;
    return Promise.resolve({ url, close: () => server.shutdown() });
  },
};

interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

for (const [name, start] of Object.entries(SERVERS)) {
  for (const [path, head] of [["/detect/batch", ""], ["/detect", '{"results":[']] as const) {
    Deno.test(`POST ${path} on ${name} sends results before the last image is done`, async () => {
      const seen: Seen[] = [];
      const { promise: release, resolve: finish } = Promise.withResolvers<void>();
      const server = await start(await batchApp(seen, { maxBytes: 100_000 }, release));
      try {
        const images = form("a", "bb", "last");
        const response = await fetch(server.url + path, { method: "POST", body: images });
        const text = textOf(response);
        const early = await assertEnds(SOON_MS, text.until((all) => all.includes('"bb.jpg"')));
        assertEquals(early.startsWith(`${head}{"index":0,"name":"a.jpg",`), true, early);
        assertEquals(early.includes("last"), false);
        finish();
        const all = await assertEnds(SOON_MS, text.until(() => false));
        const found = head === ""
          ? all.trimEnd().split("\n").map((line) => JSON.parse(line))
          : JSON.parse(all).results;
        assertEquals(found.map(short), [[0, "a.jpg", 1], [1, "bb.jpg", 2], [2, "last.jpg", 4]]);
        assertEquals(seen.map(({ text }) => text), ["a", "bb", "last"]);
      } finally {
        finish();
        await server.close();
      }
    });
  }
}

/** Reads the body of a response step by step. */
function textOf(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let all = "";
  return {
    /** Reads until a condition holds or the body ends. Returns all text so far. */
    async until(isEnough: (all: string) => boolean): Promise<string> {
      while (!isEnough(all)) {
        const { done, value } = await reader.read();
        if (done) break;
        all += value;
      }
      return all;
    },
  };
}
