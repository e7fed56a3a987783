import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import type { EmbeddedDetector } from "../../../src/embed/detector.ts";
import type { RawImage } from "../../../src/image/raw_image.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { NO_BROWSER, type Page } from "./chromium.ts";
import { startPage } from "./start_page.ts";

const FILES = { "/fruit.png": fruitImage() };

/** Error of a promise in the page, as far as it can be passed out of the page. */
interface Refusal {
  readonly isDomainError: boolean;
  readonly code?: string;
  readonly message: string;
}

/** Subset of a 2D context, which Deno has no type for. */
interface Pen {
  drawImage(image: ImageBitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): ImageData & RawImage;
}

declare global {
  /** In the page: returns the error of a promise, or null. */
  var refusalOf: (promise: Promise<unknown>) => Promise<Refusal | null>;
  /** In the page: detector that two calls share. */
  var detector: EmbeddedDetector;
}

async function withRefusals(page: Page): Promise<Page> {
  await page.evaluate(() => {
    globalThis.refusalOf = (promise) =>
      promise.then(() => null, (error) => ({
        isDomainError: error instanceof retinanet.DomainError,
        code: error.code,
        message: String(error.message ?? error),
      }));
  });
  return page;
}

testUnless(
  NO_BROWSER,
  "detect() gives the same detections for every form of an image in a page",
  async () => {
    await using started = await startPage({ files: FILES });
    const found = await started.page.evaluate(async () => {
      const detector = await retinanet.createDetector({ model: "everyday8", engine: "wasm" });
      const blob = await (await fetch("/fruit.png")).blob();
      const bytes = new Uint8Array(await blob.arrayBuffer());
      const canvas = new OffscreenCanvas(640, 480);
      const pen = canvas.getContext("2d") as unknown as Pen;
      pen.drawImage(await createImageBitmap(blob), 0, 0);
      const pixels = pen.getImageData(0, 0, 640, 480);
      const { data, width, height } = pixels;
      const forms = {
        bytes,
        buffer: bytes.buffer,
        blob,
        file: new File([blob], "fruit.png"),
        stream: blob.stream(),
        pixels,
        raw: { data, width, height },
      };
      const found: Record<string, string> = {};
      for (const [name, form] of Object.entries(forms)) {
        const { detections } = await detector.detect(form, { scoreThreshold: 0.2 });
        found[name] = JSON.stringify(detections);
      }
      await detector.close();
      return found;
    });
    assertStringIncludes(found.bytes, '"orange"');
    for (const [form, detections] of Object.entries(found)) {
      assertEquals(detections, found.bytes, form);
    }
  },
);

for (const worker of [true, false]) {
  const where = worker ? "a Web Worker" : "the page itself";
  testUnless(
    NO_BROWSER,
    `detect() in ${where} rejects with the same codes as other runtimes`,
    async () => {
      await using started = await startPage({ files: FILES });
      const page = await withRefusals(started.page);
      const refusals = await page.evaluate(async (worker) => {
        const options = { model: "everyday8", engine: "wasm", worker } as const;
        const detector = await retinanet.createDetector({
          ...options,
          limits: { maxBytes: 50_000 },
        });
        const image = await (await fetch("/fruit.png")).bytes();
        const text = new TextEncoder().encode("no image at all");
        const refusals = [
          await refusalOf(detector.detect(text)),
          await refusalOf(detector.detect(image.subarray(0, 500))),
          await refusalOf(detector.detect(new Uint8Array(50_001))),
          await refusalOf(detector.detect(image, { classes: ["unicorn"] })),
          await refusalOf(detector.detect({ data: new Uint8Array(5), width: 2, height: 2 })),
        ];
        await detector.close();
        return [...refusals, await refusalOf(detector.detect(image))];
      }, worker);
      assertEquals(refusals.map((each) => each?.code), [
        ...["not-an-image", "truncated-image", "too-many-bytes", "unknown-class"],
        ...["corrupt-image", "model-not-ready"],
      ]);
      for (const refusal of refusals) assertEquals(refusal?.isDomainError, true);
    },
  );

  testUnless(
    NO_BROWSER,
    `detect() in ${where} rejects with the signal's reason, and the next call works`,
    async () => {
      await using started = await startPage({ files: FILES });
      const page = await withRefusals(started.page);
      const [before, meanwhile, after] = await page.evaluate(async (worker) => {
        const options = { model: "everyday8", engine: "wasm", worker } as const;
        const detector = await retinanet.createDetector(options);
        const image = await (await fetch("/fruit.png")).bytes();
        const early = AbortSignal.abort(new Error("too early"));
        const controller = new AbortController();
        const refusal = refusalOf(detector.detect(image, { signal: controller.signal }));
        controller.abort(new Error("changed my mind"));
        const results = [
          (await refusalOf(detector.detect(image, { signal: early })))?.message,
          (await refusal)?.message,
          (await detector.detect(image, { scoreThreshold: 0.2 })).detections[0]!.label,
        ];
        await detector.close();
        return results;
      }, worker);
      assertEquals([before, meanwhile, after], ["too early", "changed my mind", "orange"]);
    },
  );
}

testUnless(NO_BROWSER, "close() ends the Web Worker", async () => {
  await using started = await startPage();
  const { page } = started;
  const ended = new Promise<void>((resolve) => page.once("workerdestroyed", () => resolve()));
  await page.evaluate(async () => {
    const options = { model: "everyday8", engine: "wasm", threads: 1 } as const;
    globalThis.detector = await retinanet.createDetector(options);
  });
  assertEquals(page.workers().length, 1);
  await page.evaluate(() => detector.close());
  await ended;
  assertEquals(page.workers().length, 0);
});

testUnless(
  NO_BROWSER,
  "createDetector() rejects with the signal's reason while the graph loads",
  async () => {
    await using started = await startPage();
    const page = await withRefusals(started.page);
    const [refusal, kept] = await page.evaluate(async () => {
      const controller = new AbortController();
      const refusal = await refusalOf(retinanet.createDetector({
        model: "everyday8",
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("too large for me")),
      }));
      const cache = await caches.open("retinanet-edge");
      return [refusal?.message, (await cache.keys()).length] as const;
    });
    assertEquals([refusal, kept], ["too large for me", 0]);
  },
);

testUnless(
  NO_BROWSER,
  "createDetector() refuses missing, wrong and unreachable models",
  async () => {
    const files = {
      "/models/text.json": "no JSON",
      "/models/wrong.json": "{}",
      "/elsewhere/everyday8.onnx": "no graph",
    };
    const elsewhere = new URL("../../../models/", import.meta.url);
    await using started = await startPage({ files, mounts: { "/elsewhere/": elsewhere } });
    const page = await withRefusals(started.page);
    const refusals = await page.evaluate(async (elsewhere) => {
      const refusals = [];
      for (const model of ["unicorn", "text", "wrong", elsewhere, "http://127.0.0.1:1/a.json"]) {
        refusals.push(await refusalOf(retinanet.createDetector({ model })));
      }
      return refusals;
    }, `${started.server.url}elsewhere/everyday8.json`);
    assertEquals(refusals.map((each) => each?.code), [
      ...["unknown-model", "manifest-invalid", "manifest-invalid", "graph-mismatch"],
      "unknown-model",
    ]);
    for (const refusal of refusals) assertEquals(refusal?.isDomainError, true);
  },
);

testUnless(NO_BROWSER, "a page keeps drawing while its Web Worker detects", async () => {
  await using started = await startPage({ files: FILES });
  const { longest, frames } = await started.page.evaluate(async () => {
    const detector = await retinanet.createDetector({ model: "everyday8", engine: "wasm" });
    const image = await (await fetch("/fruit.png")).bytes();
    // Deno has no types for animation frames.
    const { requestAnimationFrame } = globalThis as unknown as {
      requestAnimationFrame(callback: (time: number) => void): void;
    };
    const times: number[] = [];
    const note = (time: number) => {
      times.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
    for (let i = 0; i < 5; i++) await detector.detect(image);
    await detector.close();
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    return { longest: Math.max(...gaps), frames: times.length };
  });
  // The gap depends on the machine, so it is printed, not checked.
  console.log(`${frames} frames, the longest gap between two ${Math.round(longest)} ms`);
  assertGreater(frames, 5);
});
