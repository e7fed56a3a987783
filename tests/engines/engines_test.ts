import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import type { LoadRequest } from "../../src/isolation/protocol.ts";
import { startDetector } from "../../src/platforms/host/start_pool.ts";
import type { Detector } from "../../src/ports/detector.ts";
import type { Provider } from "../../src/ports/session.ts";
import { boxIou } from "../box_iou.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { testUnless } from "../testing.ts";
import { assertGoldenDetections, folderWithWeights, GOLDEN_IMAGE } from "./external_model.ts";

const IMAGE = fruitImage();
const FOLDER = new URL("../../models/", import.meta.url).href;
const FLOAT = { model: "everyday8", folder: FOLDER, variants: "off" } as const;
// Each detector runs in its own worker process: in Deno, onnxruntime-web hangs in a Web Worker after
// the main thread has started it too.
const reference = await startDetector({
  ...FLOAT,
  engine: "wasm",
  threads: 1,
  limits: DEFAULT_IMAGE_LIMITS,
});
const expected = await reference.detect(IMAGE, { scoreThreshold: 0.05 });
await reference.close();

const ENGINES: [engine: Provider, threads: number][] = [
  ["wasm", 2],
  ["native", 2],
  ["webgpu", 2],
];

for (const [engine, threads] of ENGINES) {
  const opened = await open(engine, threads);
  const missing = opened instanceof Error ? opened.message : undefined;
  testUnless(
    missing,
    `startDetector() on ${engine} with ${threads} threads detects the same as on wasm`,
    async () => {
      if (opened instanceof Error) throw opened;
      assertEquals(opened.engine.provider, engine);
      assertNotEquals(opened.engine.precision, "int8");
      const found = await opened.detect(IMAGE, { scoreThreshold: 0.05 });
      assertEquals(found.detections.length, expected.detections.length);
      found.detections.forEach(({ label, score, box }, i) => {
        const other = expected.detections[i]!;
        assertEquals(label, other.label);
        assertAlmostEquals(score, other.score, 1e-3);
        assertAlmostEquals(box.xmin, other.box.xmin, 0.5);
        assertAlmostEquals(box.ymax, other.box.ymax, 0.5);
      });
      await opened.close();
    },
  );
}

const native = await open("native", 2, { model: "everyday8", folder: FOLDER });

testUnless(
  native instanceof Error ? native.message : undefined,
  "startDetector() on native runs the int8 variant, whose boxes are nearly those of the graph",
  async () => {
    if (native instanceof Error) throw native;
    assertEquals(native.engine.precision, "int8");
    const found = await native.detect(IMAGE, { scoreThreshold: 0.05 });
    await native.close();
    const [best, other] = [found.detections[0]!, expected.detections[0]!];
    assertEquals(best.label, other.label);
    assertAlmostEquals(best.score, other.score, 0.1);
    assert(boxIou(best.box, other.box) > 0.9);
    assertNotEquals(best.box, other.box);
  },
);

const external = await folderWithWeights();

for (const engine of ["wasm", "native", "webgpu"] as const) {
  const opened = await open(engine, 1, { model: "own", folder: external });
  const missing = opened instanceof Error ? opened.message : undefined;
  testUnless(missing, `startDetector() on ${engine} reads weights from another file`, async () => {
    if (opened instanceof Error) throw opened;
    assertEquals(opened.engine.provider, engine);
    const { detections } = await opened.detect(await Deno.readFile(GOLDEN_IMAGE));
    await assertGoldenDetections(detections);
    await opened.close();
  });
}

/** Returns a detector, or the error if this machine lacks the engine. Any other error is thrown. */
async function open(
  engine: Provider,
  threads: number,
  model: Pick<LoadRequest, "model" | "folder" | "variants"> = FLOAT,
): Promise<Detector | Error> {
  try {
    return await startDetector({ ...model, engine, threads, limits: DEFAULT_IMAGE_LIMITS });
  } catch (error) {
    if (!/is not installed|there is no adapter/.test((error as Error).message)) throw error;
    return error as Error;
  }
}
