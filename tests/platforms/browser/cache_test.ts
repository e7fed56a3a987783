import { assert, assertEquals, assertGreater } from "@std/assert";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };
import type { LoadProgress } from "../../../src/platforms/browser/embed.ts";
import { NO_BROWSER, type Page, SKIPPED } from "./chromium.ts";
import { startPage } from "./start_page.ts";

const GRAPH = "/models/everyday8.onnx";
const { bytes: TOTAL, sha256: HASH } = everyday8.graph;
const ignore = NO_BROWSER;

/** Loads the model, on the page's own thread, and gives what was told meanwhile. */
function load(page: Page, model = "everyday8"): Promise<LoadProgress[]> {
  return page.evaluate(async (model) => {
    const told: LoadProgress[] = [];
    const detector = await retinanet.createDetector({
      ...{ model, engine: "wasm", worker: false },
      onProgress: (progress) => told.push(progress),
    });
    await detector.close();
    return told;
  }, model);
}

/** Asserts that each report tells of more bytes than the one before. */
function assertGrows(told: readonly LoadProgress[]): void {
  told.reduce((before, now) => {
    assertGreater(now.loaded, before.loaded);
    return now;
  });
}

/** Puts bytes into the cache in the graph's place. */
function poison(page: Page, bytes: number): Promise<void> {
  return page.evaluate(async (bytes) => {
    const cache = await caches.open("retinanet-edge");
    const [key] = await cache.keys();
    await cache.put(key, new Response(new Uint8Array(bytes)));
  }, bytes);
}

function cachedKeys(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const cache = await caches.open("retinanet-edge");
    return (await cache.keys()).map(({ url }) => url);
  });
}

Deno.test({
  name: `createDetector() tells how much of the graph is there, from nothing to all${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage();
    const told = await load(started.page);
    assertGreater(told.length, 10);
    assertEquals(told[0], { loaded: 0, total: TOTAL, cached: false });
    assertEquals(told.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertGrows(told);
  },
});

Deno.test({
  name: `createDetector() takes a graph from the cache the second time${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage({ headers: { "cache-control": "no-store" } });
    const { page, server } = started;
    await load(page);
    await page.reload();
    await page.waitForFunction(() => "retinanet" in globalThis);
    const told = await load(page);
    assertEquals(told, [{ loaded: TOTAL, total: TOTAL, cached: true }]);
    assertEquals(server.counts.get(GRAPH), 1);
    assertEquals(server.counts.get("/models/everyday8.json"), 2);
    const keys = await cachedKeys(page);
    assertEquals(keys.length, 1);
    assert(keys[0].endsWith(HASH), keys[0]);
  },
});

for (const [what, bytes] of [["a poisoned", TOTAL], ["a truncated", 1000]] as const) {
  Deno.test({
    name: `createDetector() throws ${what} graph of the cache away and fetches it anew${SKIPPED}`,
    ignore,
    async fn() {
      await using started = await startPage();
      const { page, server } = started;
      await load(page);
      await poison(page, bytes);
      const told = await load(page);
      assertEquals(told.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
      assertEquals(server.counts.get(GRAPH), 2);
      assertEquals((await load(page)).map(({ cached }) => cached), [true]);
      assertEquals(server.counts.get(GRAPH), 2);
    },
  });
}

Deno.test({
  name: `createDetector() keeps one version of a graph, the last${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage();
    const { page } = started;
    await page.evaluate(async (source) => {
      const cache = await caches.open("retinanet-edge");
      const headers = { "x-source": new URL(source, location.href).href };
      await cache.put("https://graph.invalid/0000", new Response("old", { headers }));
      await cache.put("https://graph.invalid/1111", new Response("another model's"));
    }, GRAPH);
    await load(page);
    const keys = await cachedKeys(page);
    assertEquals(keys, ["https://graph.invalid/1111", `https://graph.invalid/${HASH}`]);
  },
});

Deno.test({
  name: `createDetector() fetches a graph past an HTTP cache that has another one${SKIPPED}`,
  ignore,
  async fn() {
    let asked = 0;
    const stale = new Uint8Array(TOTAL);
    const fresh = await Deno.readFile(new URL(`../../..${GRAPH}`, import.meta.url));
    const graph = () => asked++ === 0 ? stale : fresh;
    await using started = await startPage({
      files: { [GRAPH]: graph },
      headers: { "cache-control": "max-age=3600" },
    });
    const told = await load(started.page);
    assertEquals(told.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertEquals(asked, 2);
    assertGrows(told);
  },
});

Deno.test({
  name: `createDetector() takes a model by the address of its manifest${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage();
    const { page, server } = started;
    await load(page, `${server.url}models/everyday8.json`);
    // The same graph, by whatever name.
    assertEquals((await load(page)).map(({ cached }) => cached), [true]);
  },
});

Deno.test({
  name: `createDetector() does without a cache in a page that came over plain HTTP${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage({ host: "page.test" });
    const { page, server } = started;
    const has = await page.evaluate(() => ["caches" in globalThis, "subtle" in crypto]);
    assertEquals(has, [false, false]);
    assertEquals((await load(page)).at(-1)?.loaded, TOTAL);
    assertEquals((await load(page)).at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertEquals(server.counts.get(GRAPH), 2);
  },
});
