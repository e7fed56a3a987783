import { assertEquals, assertNotEquals } from "@std/assert";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };
import { createDetector } from "../../../src/platforms/host/embed.ts";
import type { DetectResult } from "../../../src/ports/detector.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { testUnless } from "../../testing.ts";
import { assertClose } from "./assert_close.ts";
import { NO_BROWSER, SOFTWARE_WEBGPU } from "./chromium.ts";
import { detectInPage } from "./detect_in_page.ts";
import { startPage } from "./start_page.ts";

/** everyday8 with a fifth of its input size, for which WebGPU in software takes seconds. */
const SMALL = { ...everyday8, id: "small", resize: { ...everyday8.resize, width: 64, height: 64 } };
const FILES = { "/models/small.json": JSON.stringify(SMALL) };
const IMAGE = fruitImage();

async function expected(): Promise<DetectResult> {
  const graph = await Deno.readFile(new URL("../../../models/everyday8.onnx", import.meta.url));
  const model = { manifest: SMALL, graph };
  await using detector = await createDetector({ model, engine: "wasm", threads: 1 });
  return await detector.detect(IMAGE, { scoreThreshold: 0.1 });
}

const PLACES = [
  { name: "in a Web Worker", worker: true, canWait: true, file: "jspi.wasm" },
  { name: "in the page itself", worker: false, canWait: true, file: "jspi.wasm" },
  { name: "in a browser without JSPI", worker: false, canWait: false, file: "asyncify.wasm.gz" },
];

for (const { name, worker, canWait, file } of PLACES) {
  testUnless(
    NO_BROWSER,
    `createDetector() on WebGPU ${name} gives the detections of wasm`,
    async () => {
      const files = { ...FILES, "/fruit.png": IMAGE };
      await using started = await startPage({ args: SOFTWARE_WEBGPU, files });
      const { page, server } = started;
      if (!canWait) {
        await page.evaluate(() => void Reflect.deleteProperty(WebAssembly, "Suspending"));
      }
      const model = `${server.url}models/small.json`;
      const [found] = await detectInPage(page, ["/fruit.png"], { model, engine: "webgpu", worker });
      assertEquals(found!.engine.provider, "webgpu");
      assertEquals(server.counts.get(`/ort-wasm-simd-threaded.${file}`), 1);
      const wanted = await expected();
      assertNotEquals(wanted.detections, []);
      assertClose(found!.detections, wanted.detections);
    },
  );
}
