import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { DetectResult } from "../../../src/ports/detector.ts";
import {
  assertGoldenDetections,
  folderWithWeights,
  GOLDEN_IMAGE,
} from "../../engines/external_model.ts";
import { openEveryday8 } from "../../everyday8.ts";
import { testUnless } from "../../testing.ts";
import { assertClose } from "./assert_close.ts";
import { NO_BROWSER, SOFTWARE_WEBGPU } from "./chromium.ts";
import { detectInPage } from "./detect_in_page.ts";
import { DRAWN, FORMATS, MISSING_PHOTOS, PHOTOS, startPage } from "./start_page.ts";

/** Images of each format, and of each sample layout that a decoder distinguishes. */
const IMAGES = [
  ...["/formats/cmyk.jpg", "/formats/grey.jpg", "/formats/alpha.png", "/formats/animated.gif"],
  ...["/formats/lossy-alpha.webp", "/formats/lossless.webp", "/formats/alpha.avif"],
  ...["/formats/12-bit.avif", "/formats/alpha.bmp"],
];
const SCENE = "/drawn/scene.jpg";
const REAL = ["/photos/kite_and_cold.jpg", "/photos/cat_1080p.jpg", "/photos/grace_hopper.bmp"];
const ALL = [...IMAGES, SCENE, ...MISSING_PHOTOS === undefined ? REAL : []];
const FOLDERS = { formats: FORMATS, drawn: DRAWN, photos: PHOTOS };

/** Returns the results of the same engine in Deno, with one thread. */
async function expected(paths: readonly string[]): Promise<DetectResult[]> {
  const detector = await openEveryday8();
  const results: DetectResult[] = [];
  for (const path of paths) {
    const [, folder, file] = path.split("/") as [string, keyof typeof FOLDERS, string];
    const bytes = await Deno.readFile(new URL(file, FOLDERS[folder]));
    results.push(await detector.detect(bytes, { scoreThreshold: 0.1 }));
  }
  await detector.close();
  return results;
}

for (const worker of [true, false]) {
  const where = worker ? "in a Web Worker" : "in the page itself";
  testUnless(
    NO_BROWSER,
    `createDetector() ${where} gives the results of Deno, on wasm with one thread`,
    async () => {
      await using started = await startPage({ isolated: false });
      const found = await detectInPage(started.page, ALL, { engine: "wasm", worker });
      const wanted = await expected(ALL);
      found.forEach((result, i) => {
        assertEquals(result.image, wanted[i]!.image, ALL[i]);
        assertEquals(result.detections, wanted[i]!.detections, ALL[i]);
        assertEquals(result.engine.threads, 1);
      });
      assertNotEquals(found[ALL.indexOf(SCENE)]!.detections, []);
      assertEquals(started.complaints, []);
    },
  );

  testUnless(
    NO_BROWSER,
    `createDetector() ${where} reads weights from another file`,
    async () => {
      const folder = new URL(await folderWithWeights());
      await using started = await startPage({
        mounts: { "/own/": folder, "/golden/": new URL(".", GOLDEN_IMAGE) },
      });
      const model = `${started.server.url}own/own.json`;
      const [result] = await detectInPage(started.page, ["/golden/97x61.png"], {
        model,
        engine: "wasm",
        worker,
      });
      await assertGoldenDetections(result!.detections);
      await Deno.remove(folder, { recursive: true });
    },
  );

  testUnless(
    NO_BROWSER,
    `createDetector() ${where} uses threads if the page is isolated`,
    async () => {
      await using started = await startPage();
      const cores = await started.page.evaluate(() => navigator.hardwareConcurrency);
      const [found] = await detectInPage(started.page, [SCENE], { engine: "wasm", worker });
      assertEquals(found!.engine.threads, Math.min(4, cores));
      const [wanted] = await expected([SCENE]);
      assertNotEquals(wanted!.detections, []);
      assertClose(found!.detections, wanted!.detections);
    },
  );
}

testUnless(NO_BROWSER, "createDetector() uses the given number of threads", async () => {
  await using started = await startPage();
  const options = { engine: "wasm", threads: 3 } as const;
  const [result] = await detectInPage(started.page, ["/formats/grey.jpg"], options);
  assertEquals(result!.engine.threads, 3);
});

testUnless(
  NO_BROWSER,
  "createDetector() of auto skips a software adapter and gives the reason",
  async () => {
    await using started = await startPage({ args: SOFTWARE_WEBGPU });
    const [result] = await detectInPage(started.page, ["/formats/grey.jpg"]);
    assertEquals(result!.engine.provider, "wasm");
    assertStringIncludes(result!.engine.reason, "the adapter is software (swiftshader)");
  },
);

testUnless(NO_BROWSER, "createDetector() of auto without WebGPU gives the reason", async () => {
  await using started = await startPage({ args: ["--disable-features=WebGPU"] });
  const [result] = await detectInPage(started.page, ["/formats/grey.jpg"]);
  assertEquals(result!.engine.provider, "wasm");
  assertStringIncludes(result!.engine.reason, "webgpu: there is no adapter");
});
