// deno-lint-ignore-file no-import-prefix -- axe is a tool of this test alone
import { assert, assertEquals } from "@std/assert";
import axe from "npm:axe-core@4.14.1";
import { main } from "../../../src/commands/detect.ts";
import { runWith, sharedDetector } from "../../commands/run_main.ts";
import { testUnless } from "../../testing.ts";
import { launchChromium, NO_BROWSER, type Page } from "./chromium.ts";

const PHOTOS = new URL("../../../docs/photos/", import.meta.url).pathname;

/** Returns the trimmed text of an element. */
function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (found) => (found as { textContent: string }).textContent.trim());
}

testUnless(NO_BROWSER, "the report of detect filters, enlarges and loads nothing", async (test) => {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const report = `${folder}/report.html`;
  const args = [PHOTOS, "lost.jpg", "--score", "0.1", "--out", report];
  const { code } = await runWith({ openDetector: sharedDetector() }, main, ...args);
  assertEquals(code, 1);
  const browser = stack.adopt(await launchChromium(), (each) => each.close());
  const page = await browser.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => requests.push(request.url().slice(0, 5)));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`file://${report}`);

  await test.step("shows both images and the one that failed", async () => {
    assertEquals((await textOf(page, "#summary")).slice(0, 15), "2 of 2 images, ");
    assert((await textOf(page, "#failed")).includes("lost.jpg"));
    const widths = await page.$$eval(
      "#images img",
      (images) =>
        images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    );
    assertEquals(widths, [394, 451]); // of 420 and 451 pixels: at most 480 high or wide
  });

  await test.step("filters by name, class and score", async () => {
    await page.type("#search", "CAT");
    assertEquals((await textOf(page, "#summary")).slice(0, 7), "1 of 2 ");
    await page.click("#clear");
    await page.click('input[value="person"]');
    await page.click("#found");
    assertEquals((await textOf(page, "span.count")).includes("person"), false);
    await page.click("#clear");
    await page.focus("#score");
    await page.keyboard.press("End");
    assertEquals(await textOf(page, "#summary"), "2 of 2 images, 0 objects");
    assertEquals(await page.$$eval("#images svg rect", (boxes) => boxes.length), 0);
    await page.click("#clear");
  });

  await test.step("enlarges an image by the keyboard, and goes on with the arrows", async () => {
    await page.focus("#images button");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    assert((await textOf(page, "#viewer-name")).includes("astronaut.jpg"));
    await page.keyboard.press("ArrowRight");
    assert((await textOf(page, "#viewer-name")).includes("cat.jpg (451 × 300)"));
    assert((await textOf(page, "#viewer-rows")).includes("cat82 %"));
    await page.keyboard.press("Escape");
    // The dialog gives the focus back to the image it was opened from, and the page moves it a
    // task later.
    await page.waitForFunction(
      `document.activeElement.querySelector("img")?.alt.endsWith("cat.jpg")`,
    );
    assertEquals(await page.$("dialog[open]"), null);
  });

  for (const scheme of ["light", "dark"]) {
    await test.step(`has no fault that axe finds (${scheme})`, async () => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.evaluate(axe.source);
      const found = await page.evaluate("axe.run()") as { violations: { id: string }[] };
      assertEquals(found.violations.map(({ id }) => id), []);
    });
  }

  await test.step("loads nothing, and breaks none of its own rules", () => {
    assertEquals([...new Set(requests)].sort(), ["data:", "file:"]);
    assertEquals(errors, []);
  });
});
