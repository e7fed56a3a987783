import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import { LazyApp, type ServedApp } from "../../src/server/lazy_app.ts";

/** Returns a LazyApp whose model fails to load `failures` times, with counts and a clock. */
function failingApps(failures: number) {
  const counts = { opened: 0, closed: 0 };
  let now = 0;
  const open = (): Promise<ServedApp> => {
    const status = counts.opened++ < failures ? "failed" : "ready";
    const app = new Hono<AppEnv>().all("*", (context) => context.text(status));
    const close = () => Promise.resolve(void counts.closed++);
    const registry = {
      started: Promise.resolve(),
      atStart: ["m"],
      state: () => ({ status }),
      close,
    };
    return Promise.resolve({ app, registry } as unknown as ServedApp);
  };
  const lazy = new LazyApp(open, () => now);
  const ask = async (method: string) =>
    await (await lazy.fetch(new Request("http://localhost/", { method }))).text();
  return { lazy, ask, counts, wait: (ms: number) => void (now += ms) };
}

Deno.test("LazyApp opens once for simultaneous requests", async () => {
  const { ask, counts } = failingApps(0);
  await Promise.all([ask("POST"), ask("POST"), ask("GET")]);
  assertEquals(counts, { opened: 1, closed: 0 });
});

Deno.test("LazyApp rebuilds once, for the first images after a model failed to load", async () => {
  const { ask, counts } = failingApps(1);
  assertEquals(await ask("POST"), "failed");
  assertEquals(await Promise.all([ask("POST"), ask("POST")]), ["ready", "ready"]);
  assertEquals(counts, { opened: 2, closed: 1 });
});

Deno.test("LazyApp does not rebuild for requests that need no model", async () => {
  const { ask, counts } = failingApps(1);
  await ask("POST");
  for (let i = 0; i < 5; i++) assertEquals(await ask("GET"), "failed");
  assertEquals(counts, { opened: 1, closed: 0 });
});

Deno.test("LazyApp answers the first image with the app that start() opened", async () => {
  const { lazy, ask, counts } = failingApps(1);
  await lazy.start();
  assertEquals([await ask("POST"), await ask("POST")], ["failed", "ready"]);
  assertEquals(counts, { opened: 2, closed: 1 });
});

Deno.test("LazyApp waits between rebuilds: 1 s, then 2 s, up to 30 s", async () => {
  const { ask, counts, wait } = failingApps(Infinity);
  await ask("POST");
  await ask("POST"); // The first rebuild is immediate; the next one waits 1 s.
  assertEquals(counts.opened, 2);
  for (const [ms, opened] of [[999, 2], [1, 3], [1999, 3], [1, 4], [3999, 4], [1, 5]] as const) {
    wait(ms);
    await ask("POST");
    assertEquals(counts.opened, opened);
  }
  for (let i = 0; i < 10; i++) {
    wait(30_000);
    await ask("POST");
  }
  assertEquals(counts, { opened: 15, closed: 14 });
});
