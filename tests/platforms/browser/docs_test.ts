import { assert } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { bundle } from "./bundle.ts";
import { launchChromium, NO_BROWSER } from "./chromium.ts";
import { servePages } from "./serve_pages.ts";

testUnless(NO_BROWSER, "the page of docs/browser.md finds the objects of a photo", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/browser.md", import.meta.url));
  const [, html] = text.match(/^```html\n(.*?)^```$/ms)!;
  await using stack = new AsyncDisposableStack();
  const server = stack.use(servePages({
    folder: new URL("file:///nowhere/"),
    mounts: { "/retinanet-edge/": await bundle() },
    files: { "/": html! },
  }));
  const browser = stack.adopt(await launchChromium(), (each) => each.close());
  const page = await browser.newPage();
  await page.goto(server.url);
  const path = await Deno.makeTempFile({ suffix: ".png" });
  stack.defer(() => Deno.remove(path));
  await Deno.writeFile(path, fruitImage());
  await page.waitForFunction("document.querySelector('input').onchange !== null");
  const input = await page.$("input");
  await input!.uploadFile(path);
  const item = await page.waitForSelector("li");
  const line = await item!.evaluate((element) => (element as { textContent: string }).textContent);
  assert(/^orange 0\.\d\d at \d+, \d+$/.test(line), line);
});
