// deno-lint-ignore-file no-import-prefix -- axe is a tool of this test alone
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import axe from "npm:axe-core@4.14.1";
import { createApp } from "../../../routes/app.ts";
import type { ApiKey } from "../../../routes/guards/api_keys.ts";
import { newKey } from "../../../src/commands/key.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { everyday8Registry } from "../../everyday8.ts";
import { testUnless } from "../../testing.ts";
import { type Browser, launchChromium, NO_BROWSER, type Page } from "./chromium.ts";

const PHOTOS = new URL("../../../docs/photos/", import.meta.url).pathname;
const CAT = `${PHOTOS}cat.jpg`;
const HEIC = new URL("../../sample_images/formats/rgb.heic", import.meta.url);

/** Server of the page that counts its requests and can refuse some. */
interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** Method and path of each request, without its query. */
  readonly requests: string[];
  /** Responses for the next images, instead of those of the app. */
  readonly refusals: Response[];
}

async function servePage(keys?: readonly ApiKey[]): Promise<PageServer> {
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: 200_000, log: console.error, keys });
  const requests: string[] = [];
  const refusals: Response[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      const refusal = pathname === "/detect" ? refusals.shift() : undefined;
      if (refusal === undefined) return await app.fetch(request);
      await request.body?.cancel();
      return refusal;
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requests,
    refusals,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await registry.close();
    },
  };
}

/** Opens the page. Collects errors, and URLs of other origins. */
async function openPage(browser: Browser, url: string) {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // The browser itself reports every refusal of the server.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!new RegExp(`^(${url}|blob:|data:)`).test(request.url())) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

async function choose(page: Page, file: string): Promise<void> {
  const input = await page.$("#file");
  await input!.uploadFile(file);
  await found(page);
}

/** Waits until the page shows a result. */
async function found(page: Page): Promise<void> {
  await page.waitForFunction(`/found|Nothing/.test(document.querySelector("#status").innerText)`);
}

/** Text of an element as a person reads it. */
function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
}

/** Waits until an element shows a text, even one that is gone before the next frame. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  const [where, what] = [selector, text].map((each) => JSON.stringify(each));
  await page.waitForFunction(`document.querySelector(${where}).innerText === ${what}`, {
    polling: "mutation",
  });
}

function boxes(page: Page): Promise<number> {
  return page.$$eval(".box", (all) => all.length);
}

/** Presses a key until an element has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The keyboard does not reach ${selector}`);
}

/** Violations of axe that are serious or critical, or of its best practices. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + " " + nodes.map(({ html }) => html).join(" ")))`) as Promise<string[]>;
}

/** Hands a photo to the page as another program would, with a paste or a drop. */
function hand(page: Page, type: "paste" | "drop", bytes: Uint8Array): Promise<unknown> {
  return page.evaluate(`{
    const data = new DataTransfer();
    const bytes = Uint8Array.fromBase64("${bytes.toBase64()}");
    data.items.add(new File([bytes], "handed.jpg", { type: "image/jpeg" }));
    document.querySelector("#stage").dispatchEvent("${type}" === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }`);
}

testUnless(NO_BROWSER, "the page finds objects as a person uses it", async (test) => {
  await using server = await servePage();
  const browser = await launchChromium();
  const folder = await Deno.makeTempDir();
  const context = browser.defaultBrowserContext();
  await context.overridePermissions(server.url, ["clipboard-read", "clipboard-sanitized-write"]);
  const { page, complaints } = await openPage(browser, server.url);
  const copied = () => page.evaluate("navigator.clipboard.readText()") as Promise<string>;
  const cat = await Deno.readFile(CAT);

  await test.step("it lists the classes, and the keyboard reaches the file dialog", async () => {
    await page.waitForSelector("#ready:not([hidden])");
    assertStringIncludes(await textOf(page, "#classes"), "cat");
    await page.bringToFront();
    await tabTo(page, "[data-choose]");
    // No dialog opens: a test cannot answer it reliably on a busy machine.
    await page.evaluate(`document.querySelector("#file").addEventListener("click", (event) => {
      event.preventDefault();
      globalThis.isOpening = true;
    }, { once: true })`);
    await page.keyboard.press("Enter");
    await page.waitForFunction("globalThis.isOpening");
    await choose(page, CAT);
    // The invitation, which had the focus, is gone.
    assert(await page.evaluate(`document.activeElement.matches("#again [data-choose]")`));
  });

  await test.step("it shows the boxes, the list, the engine and the times", async () => {
    assertEquals(await textOf(page, "#status"), "1 object found");
    assertEquals(await textOf(page, ".box"), "cat 82 %");
    assertEquals(await textOf(page, "#found li"), "cat\n82 %");
    assertEquals(await textOf(page, "#engine"), "CPU, 1 thread");
    assertEquals(await textOf(page, "#size"), "451 × 300");
    assert(/^\d+ ms$/.test(await textOf(page, "#total")));
  });

  await test.step("the sliders act without a request", async () => {
    const before = server.requests.length;
    await page.focus("#score");
    await page.keyboard.press("Home");
    const many = await boxes(page);
    assertGreater(many, 1);
    await page.focus("#iou");
    await page.keyboard.press("End");
    assertGreater(await boxes(page), many);
    await page.keyboard.press("Home");
    await page.focus("#score");
    await page.keyboard.press("End");
    assertEquals(await boxes(page), 0); // 95 %
    for (let i = 0; i < 4; i++) await page.keyboard.press("PageDown");
    assertEquals(await boxes(page), 1); // 59 %
    assertEquals(server.requests.length, before);
  });

  await test.step("a chip hides its class, by the keyboard too", async () => {
    await page.click(".chip");
    assertEquals(await boxes(page), 0);
    assertEquals(await page.$eval(".chip", (chip) => chip.getAttribute("aria-pressed")), "false");
    await page.keyboard.press("Space");
    assertEquals(await boxes(page), 1);
  });

  await test.step("it keeps the result if there is no camera, and says what to do", async () => {
    await page.click("#again [data-camera]");
    await shows(page, "#status", "No camera was found. Choose a photo instead.");
    assertEquals(await boxes(page), 1);
    assertEquals(await textOf(page, "#found li"), "cat\n82 %");
  });

  await test.step("it copies the result as JSON, and the request as curl", async () => {
    await page.click("#copy-json");
    await shows(page, "#copy-json", "Copied");
    const { model, image, detections } = JSON.parse(await copied());
    assertEquals([model, image, detections.length], ["everyday8", { width: 451, height: 300 }, 1]);
    await page.click("#copy-curl");
    await shows(page, "#copy-curl", "Copied");
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", await copied()],
      cwd: PHOTOS,
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)).detections, detections);
  });

  await test.step("it saves the photo with its boxes", async () => {
    const client = await page.createCDPSession();
    const behavior = { behavior: "allow", downloadPath: folder, eventsEnabled: true } as const;
    await client.send("Browser.setDownloadBehavior", behavior);
    const saved = new Promise<void>((resolve) => {
      client.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve());
    });
    await page.click("#download");
    await saved;
    const bytes = await Deno.readFile(`${folder}/cat-boxes.jpg`);
    const { format, width, height } = readHeader(bytes);
    assertEquals([format, width, height], ["jpeg", 451, 300]);
  });

  for (const type of ["paste", "drop"] as const) {
    await test.step(`it takes a photo by ${type}`, async () => {
      const before = server.requests.length;
      await hand(page, type, cat);
      await page.waitForSelector("#stage[aria-busy=false]");
      await found(page);
      assertEquals(server.requests.slice(before), ["POST /detect"]);
    });
  }

  await test.step("it shows a copy of a HEIC, which this browser cannot show", async () => {
    const before = server.requests.length;
    await hand(page, "paste", await Deno.readFile(HEIC));
    await page.waitForSelector("#stage[aria-busy=false]");
    const width = "document.querySelector('#photo').naturalWidth";
    await page.waitForFunction(`${width} === 64`);
    assertEquals(server.requests.slice(before), ["POST /detect", "POST /detect"]);
  });

  await test.step("it waits and sends the photo again when the server is busy", async () => {
    const headers = { "retry-after": "1" };
    const busy = { code: "busy", detail: "The server is busy." };
    server.refusals.push(Response.json(busy, { status: 503, headers }));
    const before = server.requests.length;
    await hand(page, "paste", cat);
    await shows(page, "#status", "The server is busy. Trying again in 1 s …");
    await found(page);
    assertEquals(server.requests.slice(before), ["POST /detect", "POST /detect"]);
  });

  await test.step("it shrinks a photo that the server finds too large", async () => {
    const large = new Uint8Array(250_000);
    large.set(cat); // bytes behind a JPEG do no harm
    await hand(page, "paste", large);
    await page.waitForSelector("#stage[aria-busy=false]");
    assertEquals(await textOf(page, "#status"), "1 object found");
  });

  await test.step("it shows the server's own words for a wrong file", async () => {
    await hand(page, "paste", new TextEncoder().encode("no image"));
    await page.waitForSelector("#status.fault");
    assertStringIncludes(await textOf(page, "#status"), "Cannot decode image");
    // No broken image stays in the stage.
    assertEquals(await page.$eval("#stage", (stage) => stage.getAttribute("data-state")), "empty");
    assertEquals(await page.$eval("#ready", (ready) => ready.hasAttribute("hidden")), false);
  });

  await test.step("it fits a phone", async () => {
    await page.setViewport({ width: 360, height: 740, deviceScaleFactor: 2 });
    await hand(page, "paste", cat);
    await page.waitForSelector("#stage[aria-busy=false]");
    assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 360);
  });

  for (const scheme of ["light", "dark"]) {
    await test.step(`it passes the accessibility rules of axe, ${scheme}`, async () => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.evaluate(axe.source);
      assertEquals(await faults(page), []);
    });
  }

  assertEquals(complaints, []);
  await browser.close();
  await Deno.remove(folder, { recursive: true });
});

testUnless(NO_BROWSER, "the page asks for an API key if the server requires one", async () => {
  const { key, entry } = await newKey("phone");
  await using server = await servePage([{ name: "phone", sha256: entry.slice("phone:".length) }]);
  const browser = await launchChromium();
  const { page } = await openPage(browser, server.url);
  await page.waitForSelector("#key-form:not([hidden])");
  await page.type("#key", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#status.fault");
  await page.evaluate(axe.source);
  assertEquals(await faults(page), []);
  await page.$eval("#key", (input) => (input as unknown as { value: string }).value = "");
  await page.type("#key", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#ready:not([hidden])");
  await choose(page, CAT);
  assertEquals(await textOf(page, "#status"), "1 object found");
  await page.reload();
  await page.waitForSelector("#ready:not([hidden])");
  await browser.close();
});
