import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { bundle } from "./bundle.ts";
import { NO_BROWSER } from "./chromium.ts";
import { detectInPage } from "./detect_in_page.ts";
import { servePages } from "./serve_pages.ts";
import { type StartedPage, startPage, type StartPageOptions } from "./start_page.ts";

const IMAGE = "/fruit.png";
const FILES = { [IMAGE]: fruitImage() };

/** Content-Security-Policy of docs/browser.md. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "connect-src 'self'; img-src data:";

for (const worker of [true, false]) {
  const where = worker ? "a Web Worker" : "the page itself";

  /** Detects the orange in a page that is served with `options`. */
  const findIn = async (
    options: StartPageOptions,
    then: (started: StartedPage) => Promise<void> = () => Promise.resolve(),
  ) => {
    await using started = await startPage({ files: FILES, ...options });
    const [result] = await detectInPage(started.page, [IMAGE], { engine: "wasm", worker });
    assertEquals(result?.detections[0]?.label, "orange");
    await then(started);
    return result!;
  };

  testUnless(
    NO_BROWSER,
    `createDetector() in ${where} respects a strict Content-Security-Policy`,
    async () => {
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
          // Breaks the policy on purpose. Reports of earlier violations would arrive first.
          await page.evaluate("new Image().src = '/no-such.png'");
          await reported.promise;
        },
      );
      assertEquals(reports, 1);
    },
  );

  testUnless(
    NO_BROWSER,
    `createDetector() in ${where} compiles wasm of another media type`,
    async () => void await findIn({ types: { ".wasm": "application/octet-stream" } }),
  );

  testUnless(
    NO_BROWSER,
    `createDetector() in ${where} works in a page served over plain HTTP`,
    async () => {
      const { engine } = await findIn({ host: "page.test" });
      assertEquals(engine.threads, 1);
    },
  );

  testUnless(
    NO_BROWSER,
    `createDetector() in ${where} works with a bundle of another origin`,
    async () => {
      await using other = servePages({
        folder: await bundle(),
        headers: { "access-control-allow-origin": "*" },
      });
      const script = `globalThis.retinanet = await import("${other.url}retinanet-edge.js");`;
      const { engine } = await findIn({ files: { ...FILES, "/page.js": script } });
      assert(engine.threads >= 1);
    },
  );
}

testUnless(
  NO_BROWSER,
  `createDetector() loads wasm, Web Worker and models from the folder of \`assets\``,
  async () => {
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
      return detections[0]!.label;
    }, IMAGE);
    assertEquals(label, "orange");
    assertEquals(server.counts.get("/served/browser_worker.js"), 1);
    assertEquals(server.counts.get("/served/models/everyday8.onnx"), 1);
  },
);

testUnless(
  NO_BROWSER,
  "createDetector() explains why the page cannot start a Web Worker",
  async () => {
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
);

testUnless(NO_BROWSER, "importing the bundle fetches nothing and runs nothing", async () => {
  await using started = await startPage({ files: FILES });
  const asked = [...started.server.counts.keys()];
  const own = asked.filter((path) =>
    !/^\/(|page\.js|retinanet-edge\.js|chunk-\w+\.js)$/.test(path)
  );
  assertEquals(own, []);
  assertEquals(await started.page.evaluate(() => caches.keys()), []);
});
