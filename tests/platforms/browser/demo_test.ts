// deno-lint-ignore-file no-import-prefix -- axe is a tool of this test alone
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import axe from "npm:axe-core@4.14.1";
import { demoApp } from "../../../examples/browser/serve.ts";
import { fruitImage, ORANGE } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { bundle } from "./bundle.ts";
import { launchChromium, NO_BROWSER, type Page } from "./chromium.ts";

interface StartedDemo extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: string[];
}

async function startDemo(args: readonly string[] = []): Promise<StartedDemo> {
  const stack = new AsyncDisposableStack();
  const { fetch } = demoApp(await bundle());
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => fetch(request),
  );
  stack.defer(() => server.shutdown());
  const browser = stack.adopt(await launchChromium(args), (each) => each.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => void complaints.push(message.text()));
  page.on("pageerror", (error) => void complaints.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.addr.port}/`);
  await page.waitForSelector("#ready:not([hidden])", { timeout: 120_000 });
  return { page, complaints, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Chooses a file in the page. */
async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    const input = await page.$("input[type=file]");
    await input!.uploadFile(`${folder}/${name}`);
    await page.waitForFunction(
      `!/^(Detecting .*)?$/.test(document.querySelector("#status").innerText)`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
}

testUnless(
  NO_BROWSER,
  "the demo draws a box around each object, and lists them",
  async () => {
    await using demo = await startDemo();
    const { page, complaints } = demo;
    await choose(page, "fruit.png", fruitImage());
    assert(/^\d objects? found$/.test(await textOf(page, "#status")));
    assert(/^orange\s+\d\d %$/.test(await textOf(page, "#found li")));
    assert(/^CPU, \d threads?$/.test(await textOf(page, "#engine")));
    assertEquals(await textOf(page, "#size"), "640 × 480");
    const [photo, box] = await page.evaluate(`["#photo", ".box:last-child"].map((selector) =>
      document.querySelector(selector).getBoundingClientRect().toJSON())`) as [
      DOMRectLike,
      DOMRectLike,
    ];
    const scale = photo.width / 640;
    const { x, y, radius } = ORANGE;
    assertAlmostEquals(box.left - photo.left, (x - radius) * scale, 20 * scale);
    assertAlmostEquals(box.bottom - photo.top, (y + radius) * scale, 20 * scale);
    assertEquals(complaints, []);
  },
);

interface DOMRectLike {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

testUnless(NO_BROWSER, "the demo's slider hides detections with lower scores", async () => {
  await using demo = await startDemo();
  const { page } = demo;
  await choose(page, "fruit.png", fruitImage());
  const count = () => page.$$eval(".box", (boxes) => boxes.length);
  const shares = async () => {
    return [...(await textOf(page, "#found")).matchAll(/(\d+) %/g)].map(([, share]) =>
      Number(share)
    );
  };
  await page.focus("#score");
  await page.keyboard.press("Home");
  const all = await shares();
  assertEquals([await textOf(page, "#score-text"), await count()], ["5 %", all.length]);
  await page.keyboard.press("End");
  const sure = await shares();
  assertEquals([await textOf(page, "#score-text"), await count()], ["95 %", sure.length]);
  assertEquals(sure, all.filter((share) => share >= 95));
  assert(sure.length < all.length);
  // The orange has a score above .8.
  for (let share = 95; share > 80; share--) await page.keyboard.press("ArrowLeft");
  assertEquals(await shares(), all.filter((share) => share >= 80));
  assertEquals(await count(), 1);
});

testUnless(
  NO_BROWSER,
  "the demo reports an error in a file, and accepts the next one",
  async () => {
    await using demo = await startDemo();
    const { page } = demo;
    await choose(page, "text.jpg", new TextEncoder().encode("no image"));
    assertStringIncludes(await textOf(page, "#status"), "Cannot decode image");
    await choose(page, "fruit.png", fruitImage());
    await page.waitForSelector(".box");
    assert(/^\d objects? found$/.test(await textOf(page, "#status")));
  },
);

testUnless(NO_BROWSER, "the demo detects in the camera image, and takes a photo", async () => {
  await using demo = await startDemo([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
  ]);
  const { page } = demo;
  await page.click("#camera");
  await page.waitForSelector("[data-state=camera] ~ aside #facts:not([hidden])");
  await page.click("#take");
  await page.waitForSelector("[data-state=photo]");
  await page.waitForFunction(`/found|Nothing/.test(document.querySelector("#status").innerText)`);
  await page.waitForFunction(`document.querySelector("#photo").naturalWidth > 0`);
});

for (const scheme of ["light", "dark"]) {
  testUnless(
    NO_BROWSER,
    `the demo passes the accessibility rules of axe, ${scheme}`,
    async () => {
      await using demo = await startDemo();
      const { page } = demo;
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.evaluate(axe.source);
      const faults = () =>
        page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
          id + " " + nodes.map(({ html }) => html).join(" ")))`);
      assertEquals(await faults(), []);
      await choose(page, "fruit.png", fruitImage());
      assertEquals(await faults(), []);
    },
  );
}
