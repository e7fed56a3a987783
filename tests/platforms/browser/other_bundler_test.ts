// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this test alone
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { build, stop } from "npm:esbuild@0.28.2";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { bundle } from "./bundle.ts";
import { launchChromium, NO_BROWSER } from "./chromium.ts";
import { servePages } from "./serve_pages.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Page of a user who bundles the browser entry with their own code. */
const PROGRAM = `
import { createDetector } from "./src/platforms/browser/embed.ts";

globalThis.found = async (worker) => {
  const detector = await createDetector({
    ...{ model: "everyday8", engine: "wasm", assets: "/retinanet-edge/", worker },
  });
  const { detections } = await detector.detect(await (await fetch("/fruit.png")).blob());
  await detector.close();
  return detections[0].label;
};
`;

/** Bundles the page without any option of our own bundle. */
async function bundleProgram(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(ROOT),
    stdin: { contents: PROGRAM, resolveDir: fileURLToPath(ROOT), loader: "js" },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
  });
  await stop();
  return outputFiles[0]!.text;
}

testUnless(
  NO_BROWSER,
  `the browser's entry works in a page that another bundler made, with \`assets\``,
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await bundle();
    const server = stack.use(servePages({
      folder: new URL("file:///nowhere/"),
      mounts: { "/retinanet-edge/": folder },
      files: {
        "/": `<!doctype html><script type="module" src="/static/app.js"></script>`,
        "/static/app.js": await bundleProgram(),
        "/fruit.png": fruitImage(),
      },
    }));
    const browser = stack.adopt(await launchChromium(), (each) => each.close());
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(`"found" in globalThis`);
    assertEquals(await page.evaluate("found(true)"), "orange");
    assertEquals(await page.evaluate("found(false)"), "orange");
  },
);
