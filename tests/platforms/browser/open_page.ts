import type { Browser, Page } from "./chromium.ts";

declare global {
  /** Bundle, in a page that `openPage()` has opened. */
  var retinanet: typeof import("../../../src/platforms/browser/embed.ts");
}

/** Files that such a page needs beside the bundle. */
export const PAGE_FILES: Readonly<Record<string, string>> = {
  "/": `<!doctype html><title>Test</title><link rel="icon" href="data:,">` +
    `<script type="module" src="/page.js"></script>`,
  "/page.js": `globalThis.retinanet = await import("/retinanet-edge.js");`,
};

/**
 * Opens a page in which the bundle is the global `retinanet`.
 *
 * @param prepare Called with the page before anything is loaded.
 */
export async function openPage(
  browser: Browser,
  url: string,
  prepare: (page: Page) => void = () => {},
): Promise<Page> {
  const page = await browser.newPage();
  prepare(page);
  await page.goto(url);
  await page.waitForFunction(() => "retinanet" in globalThis);
  return page;
}
