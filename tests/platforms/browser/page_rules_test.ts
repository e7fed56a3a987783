import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { bundle } from "./bundle.ts";
import { NO_BROWSER, SKIPPED } from "./chromium.ts";
import { detectInPage } from "./detect_in_page.ts";
import { servePages } from "./serve_pages.ts";
import { type StartedPage, startPage, type StartPageOptions } from "./start_page.ts";

const ignore = NO_BROWSER;
const IMAGE = "/fruit.png";
const FILES = { [IMAGE]: fruitImage() };

/** As docs/browser.md gives it. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "connect-src 'self'; img-src data:";

for (const worker of [true, false]) {
  const where = worker ? "a worker" : "the page itself";

  /** What is found in a page of these rules. */
  const findIn = async (
    options: StartPageOptions,
    then: (started: StartedPage) => Promise<void> = () => Promise.resolve(),
  ) => {
    await using started = await startPage({ files: FILES, ...options });
    const [result] = await detectInPage(started.page, [IMAGE], { engine: "wasm", worker });
    assertEquals(result.detections[0]?.label, "orange");
    await then(started);
    return result;
  };

  Deno.test({
    name:
      `createDetector() in ${where} breaks no rule of a strict Content-Security-Policy${SKIPPED}`,
    ignore,
    async fn() {
      const reported = Promise.withResolvers<void>();
      let reports = 0;
      const report = () => {
        reports++;
        reported.resolve();
        return "";
      };
      const headers = { "content-security-policy": `${POLICY}; report-uri /reports` };
      await findIn(
        { headers, files: { ...FILES, "/reports": report } },
        async ({ page, complaints }) => {
          assertEquals(complaints, []);
          // One that is broken on purpose, after which those before it would have come, too.
          await page.evaluate("new Image().src = '/no-such.png'");
          await reported.promise;
        },
      );
      assertEquals(reports, 1);
    },
  });

  Deno.test({
    name: `createDetector() in ${where} compiles wasm that comes as another media type${SKIPPED}`,
    ignore,
    fn: async () => void await findIn({ types: { ".wasm": "application/octet-stream" } }),
  });

  Deno.test({
    name: `createDetector() in ${where} works in a page that came over plain HTTP${SKIPPED}`,
    ignore,
    async fn() {
      const { engine } = await findIn({ host: "page.test" });
      assertEquals(engine.threads, 1);
    },
  });

  Deno.test({
    name: `createDetector() in ${where} works with a bundle of another origin${SKIPPED}`,
    ignore,
    async fn() {
      await using other = servePages({
        folder: await bundle(),
        headers: { "access-control-allow-origin": "*" },
      });
      const script = `globalThis.retinanet = await import("${other.url}retinanet-edge.js");`;
      const { engine } = await findIn({ files: { ...FILES, "/page.js": script } });
      assert(engine.threads >= 1);
    },
  });
}

Deno.test({
  name: `createDetector() finds wasm, worker and models in the folder of \`assets\`${SKIPPED}`,
  ignore,
  async fn() {
    const folder = await bundle();
    const script = await Deno.readFile(new URL("retinanet-edge.js", folder));
    const files = { ...FILES, "/page.js": `globalThis.retinanet = await import("/app/own.js");` };
    const nowhere = new URL("file:///nowhere/");
    await using started = await startPage({
      folder: nowhere,
      files: { ...files, "/app/own.js": script },
      mounts: { "/served/": folder, "/app/": folder },
    });
    const { page, server } = started;
    const label = await page.evaluate(async (image) => {
      const options = { model: "everyday8", engine: "wasm", assets: "/served" } as const;
      const detector = await retinanet.createDetector(options);
      const { detections } = await detector.detect(await (await fetch(image)).blob());
      await detector.close();
      return detections[0].label;
    }, IMAGE);
    assertEquals(label, "orange");
    assertEquals(server.counts.get("/served/browser_worker.js"), 1);
    assertEquals(server.counts.get("/served/models/everyday8.onnx"), 1);
  },
});

Deno.test({
  name: `createDetector() says why where the page lets no worker start${SKIPPED}`,
  ignore,
  async fn() {
    const headers = {
      "content-security-policy": POLICY.replace("worker-src 'self'", "worker-src 'none'"),
    };
    await using started = await startPage({ files: FILES, headers });
    const message = await started.page.evaluate(() =>
      retinanet.createDetector({ model: "everyday8" }).then(() => "", (error) => {
        return `${error.code}: ${error.message}`;
      })
    );
    assertStringIncludes(message, "engine-unavailable: Cannot start a worker");
    assertStringIncludes(message, "worker-src");
  },
});

Deno.test({
  name: `importing the bundle asks for nothing and runs nothing${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage({ files: FILES });
    const asked = [...started.server.counts.keys()];
    const own = asked.filter((path) =>
      !/^\/(|page\.js|retinanet-edge\.js|chunk-\w+\.js)$/.test(path)
    );
    assertEquals(own, []);
    assertEquals(await started.page.evaluate(() => caches.keys()), []);
  },
});
