import { assert, assertEquals, assertGreater } from "@std/assert";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };
import type { LoadProgress } from "../../../src/platforms/browser/embed.ts";
import { testUnless } from "../../testing.ts";
import { NO_BROWSER, type Page } from "./chromium.ts";
import { startPage } from "./start_page.ts";

const GRAPH = "/models/everyday8.onnx";
const { bytes: TOTAL, sha256: HASH } = everyday8.graph;

/** Loads the model on the page's own thread and returns the progress reports. */
function load(page: Page, model = "everyday8"): Promise<LoadProgress[]> {
  return page.evaluate(async (model) => {
    const reports: LoadProgress[] = [];
    const detector = await retinanet.createDetector({
      ...{ model, engine: "wasm", worker: false },
      onProgress: (progress) => reports.push(progress),
    });
    await detector.close();
    return reports;
  }, model);
}

/** Asserts that each report has more bytes than the one before. */
function assertGrows(reports: readonly LoadProgress[]): void {
  reports.reduce((before, now) => {
    assertGreater(now.loaded, before.loaded);
    return now;
  });
}

/** Replaces the cached graph with zeros. */
function poison(page: Page, bytes: number): Promise<void> {
  return page.evaluate(async (bytes) => {
    const cache = await caches.open("retinanet-edge");
    const [key] = await cache.keys();
    await cache.put(key!, new Response(new Uint8Array(bytes)));
  }, bytes);
}

function cachedKeys(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const cache = await caches.open("retinanet-edge");
    return (await cache.keys()).map(({ url }) => url);
  });
}

testUnless(
  NO_BROWSER,
  "createDetector() reports the progress of the graph, from 0 to all bytes",
  async () => {
    await using started = await startPage();
    const reports = await load(started.page);
    assertGreater(reports.length, 10);
    assertEquals(reports[0], { loaded: 0, total: TOTAL, cached: false });
    assertEquals(reports.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertGrows(reports);
  },
);

testUnless(
  NO_BROWSER,
  "createDetector() reads a graph from the cache the second time",
  async () => {
    await using started = await startPage({ headers: { "cache-control": "no-store" } });
    const { page, server } = started;
    await load(page);
    await page.reload();
    await page.waitForFunction(() => "retinanet" in globalThis);
    const reports = await load(page);
    assertEquals(reports, [{ loaded: TOTAL, total: TOTAL, cached: true }]);
    assertEquals(server.counts.get(GRAPH), 1);
    assertEquals(server.counts.get("/models/everyday8.json"), 2);
    const keys = await cachedKeys(page);
    assertEquals(keys.length, 1);
    assert(keys[0]!.endsWith(HASH), keys[0]);
  },
);

for (const [fault, bytes] of [["wrong", TOTAL], ["truncated", 1000]] as const) {
  testUnless(
    NO_BROWSER,
    `createDetector() deletes a ${fault} graph from the cache and fetches it again`,
    async () => {
      await using started = await startPage();
      const { page, server } = started;
      await load(page);
      await poison(page, bytes);
      const reports = await load(page);
      assertEquals(reports.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
      assertEquals(server.counts.get(GRAPH), 2);
      assertEquals((await load(page)).map(({ cached }) => cached), [true]);
      assertEquals(server.counts.get(GRAPH), 2);
    },
  );
}

testUnless(NO_BROWSER, "createDetector() keeps only the latest version of a graph", async () => {
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
});

testUnless(
  NO_BROWSER,
  "createDetector() fetches a graph past an HTTP cache that holds an old one",
  async () => {
    let asked = 0;
    const stale = new Uint8Array(TOTAL);
    const fresh = await Deno.readFile(new URL(`../../..${GRAPH}`, import.meta.url));
    const graph = () => asked++ === 0 ? stale : fresh;
    await using started = await startPage({
      files: { [GRAPH]: graph },
      headers: { "cache-control": "max-age=3600" },
    });
    const reports = await load(started.page);
    assertEquals(reports.at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertEquals(asked, 2);
    assertGrows(reports);
  },
);

testUnless(
  NO_BROWSER,
  "createDetector() accepts the URL of a manifest",
  async () => {
    await using started = await startPage();
    const { page, server } = started;
    await load(page, `${server.url}models/everyday8.json`);
    // The cache finds the graph by its hash, so the id does not matter.
    assertEquals((await load(page)).map(({ cached }) => cached), [true]);
  },
);

testUnless(
  NO_BROWSER,
  "createDetector() works without a cache in a page served over plain HTTP",
  async () => {
    await using started = await startPage({ host: "page.test" });
    const { page, server } = started;
    const has = await page.evaluate(() => ["caches" in globalThis, "subtle" in crypto]);
    assertEquals(has, [false, false]);
    assertEquals((await load(page)).at(-1)?.loaded, TOTAL);
    assertEquals((await load(page)).at(-1), { loaded: TOTAL, total: TOTAL, cached: false });
    assertEquals(server.counts.get(GRAPH), 2);
  },
);
