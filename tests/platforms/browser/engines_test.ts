import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { DetectResult } from "../../../src/ports/detector.ts";
import { openEveryday8 } from "../../everyday8.ts";
import { assertClose } from "./assert_close.ts";
import { NO_BROWSER, SKIPPED, SOFTWARE_WEBGPU } from "./chromium.ts";
import { detectInPage } from "./detect_in_page.ts";
import { FORMATS, HAVE_PHOTOS, PHOTOS, startPage } from "./start_page.ts";

/** An image of each format and of each way to hold its samples that a decoder tells apart. */
const IMAGES = [
  ...["/formats/cmyk.jpg", "/formats/grey.jpg", "/formats/alpha.png", "/formats/animated.gif"],
  ...["/formats/lossy-alpha.webp", "/formats/lossless.webp", "/formats/alpha.avif"],
  ...["/formats/12-bit.avif", "/formats/alpha.bmp"],
];
const PHOTO = "/photos/kite_and_cold.jpg";
const ALL = HAVE_PHOTOS
  ? [...IMAGES, PHOTO, "/photos/cat_1080p.jpg", "/photos/grace_hopper.bmp"]
  : IMAGES;
const ignore = NO_BROWSER;
const noPhotos = HAVE_PHOTOS ? SKIPPED : " (skipped: ../shared/photos is not here)";

/** What Deno finds, on the same engine with one thread. */
async function expected(paths: readonly string[]): Promise<DetectResult[]> {
  const detector = await openEveryday8();
  const results: DetectResult[] = [];
  for (const path of paths) {
    const [, folder, file] = path.split("/");
    const bytes = await Deno.readFile(new URL(file, folder === "photos" ? PHOTOS : FORMATS));
    results.push(await detector.detect(bytes, { scoreThreshold: 0.1 }));
  }
  await detector.close();
  return results;
}

for (const worker of [true, false]) {
  const where = worker ? "in a worker" : "in the page itself";
  Deno.test({
    name:
      `createDetector() ${where} finds exactly what Deno finds, on wasm with one thread${SKIPPED}`,
    ignore,
    async fn() {
      await using started = await startPage({ isolated: false });
      const found = await detectInPage(started.page, ALL, { engine: "wasm", worker });
      const wanted = await expected(ALL);
      found.forEach((result, i) => {
        assertEquals(result.image, wanted[i].image, ALL[i]);
        assertEquals(result.detections, wanted[i].detections, ALL[i]);
        assertEquals(result.engine.threads, 1);
      });
      assert(found.some(({ detections }) => detections.length > 0) || !HAVE_PHOTOS);
      assertEquals(started.complaints, []);
    },
  });

  Deno.test({
    name: `createDetector() ${where} that is isolated runs on threads${noPhotos}`,
    ignore: ignore || !HAVE_PHOTOS,
    async fn() {
      await using started = await startPage();
      const cores = await started.page.evaluate(() => navigator.hardwareConcurrency);
      const [found] = await detectInPage(started.page, [PHOTO], { engine: "wasm", worker });
      assertEquals(found.engine.threads, Math.min(4, cores));
      const [wanted] = await expected([PHOTO]);
      assertNotEquals(wanted.detections, []);
      assertClose(found.detections, wanted.detections);
    },
  });
}

Deno.test({
  name: `createDetector() takes as many threads as it is told${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage();
    const options = { engine: "wasm", threads: 3 } as const;
    const [{ engine }] = await detectInPage(started.page, ["/formats/grey.jpg"], options);
    assertEquals(engine.threads, 3);
  },
});

Deno.test({
  name: `createDetector() of auto passes a software adapter over and says so${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage({ args: SOFTWARE_WEBGPU });
    const [{ engine }] = await detectInPage(started.page, ["/formats/grey.jpg"]);
    assertEquals(engine.provider, "wasm");
    assertStringIncludes(engine.reason, "the adapter is software (swiftshader)");
  },
});

Deno.test({
  name: `createDetector() of auto without WebGPU says so, too${SKIPPED}`,
  ignore,
  async fn() {
    await using started = await startPage({ args: ["--disable-features=WebGPU"] });
    const [{ engine }] = await detectInPage(started.page, ["/formats/grey.jpg"]);
    assertEquals(engine.provider, "wasm");
    assertStringIncludes(engine.reason, "webgpu: there is no adapter");
  },
});
